/** What was found of one peer; `failed` says why it was not measured. */
export type PeerResult =
	| { readonly name: string; readonly asked: string; readonly failed: string }
	| MeasuredPeer;

export interface MeasuredPeer {
	readonly name: string;
	readonly asked: string;
	readonly isOurs: boolean;
	readonly failed: null;
	/** Medians of the rounds. */
	readonly movesPerSecond: number;
	readonly p99Ms: number;
	/** Of all kills together. */
	readonly survival: Survival;
	/** Whether an answer waits until a sync is done; null where that cannot be found out. */
	readonly waitsForSync: boolean | null;
}

export interface Survival {
	readonly kills: number;
	readonly acknowledged: number;
	/** Acknowledged before the kill, and not there after the next start. */
	readonly missing: number;
	/** Of the sessions that were played, those that could not be read again. */
	readonly sessionsLost: number;
	/** Why the server did not come back after a kill; null when it always did. */
	readonly startFailed: string | null;
}

/** Nothing that was acknowledged goes with the process, nor with the power. */
export const isDurable = ({ survival, waitsForSync }: MeasuredPeer): boolean =>
	waitsForSync === true && survival.missing === 0 && survival.startFailed === null;
