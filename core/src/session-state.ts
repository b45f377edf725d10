/**
 * What a session is in memory, on both sides of the wire: integers, ids and nothing that a clock or
 * a disk would have to explain. `rules.ts` changes it, `state-hash.ts` sums it up.
 */

/**
 * Positions are kept in thousandths of a pixel, so that Node and browsers agree to the last bit.
 */
export const FIXED_POINT = 1000;

export const ARTIFACT_STATUSES = ["ground", "inAir", "flying", "carried", "deposited"] as const;
export type ArtifactStatus = (typeof ARTIFACT_STATUSES)[number];

export const SESSION_RESULTS = ["won", "lost", "abandoned"] as const;
export type SessionResult = (typeof SESSION_RESULTS)[number];

export interface Artifact {
	readonly id: string;
	/** Order of its spawn in the session, from 0: the key it is stored under. */
	readonly index: number;
	xFixed: number;
	yFixed: number;
	status: ArtifactStatus;
}

export interface SessionState {
	readonly seed: number;
	readonly durationMs: number;
	/** In spawn order. */
	readonly artifacts: Map<string, Artifact>;
	/** null while the session is active. */
	result: SessionResult | null;
	/** Artifacts lying on the ground now: the score, fewer is better. */
	groundCount: number;
	depositedCount: number;
	/** The running sum that `stateHash` closes over; see `state-hash.ts`. */
	readonly hashLanes: [number, number];
}
