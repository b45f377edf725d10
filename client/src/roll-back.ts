import type { Receipt, Session } from "@savepoint/core";

/**
 * The server was restored from a backup, and the session is older there than it was. `resent` moves
 * are on their way again; `lost` are what the client no longer has, because of a reload since.
 */
export interface RolledBack {
	readonly resent: number;
	readonly lost: number;
	/** Where the server's log ended when the client noticed. */
	readonly seq: number;
}

/**
 * How far the server has told that the session is saved, and in which generation of its storage.
 */
export interface Acknowledged {
	readonly generation: number;
	readonly seq: number;
}

/** Where the session stands in an answer of the server. */
export type Standing = Pick<Session, "generation" | "seq" | "stateHash">;

export const isOlder = (now: Acknowledged, before: Acknowledged): boolean =>
	now.generation !== before.generation && now.seq < before.seq;

/** Where the log ended before the moves of these receipts were applied. */
export const seqBefore = (seq: number, receipts: readonly Receipt[]): number => {
	const applied = receipts.filter((receipt) => receipt.applied === "now" && receipt.seq > 0);
	return Math.min(seq, ...applied.map((receipt) => receipt.seq - 1));
};
