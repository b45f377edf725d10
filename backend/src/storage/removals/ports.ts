import type { SessionResult } from "@savepoint/core";

/** Sessions that are taken away, as they are kept. Types only; `removal-repo.ts` has them. */

export const REMOVAL_REASONS = ["retention", "operator"] as const;
export type RemovalReason = (typeof REMOVAL_REASONS)[number];

export interface Removal {
	readonly sessionKey: number;
	readonly sessionId: string;
	readonly reason: RemovalReason;
	readonly removedAtMs: number;
	/** What is stored of it goes after this moment; until then the removal can be taken back. */
	readonly purgeAtMs: number;
}

/** A session that may be removed: ended, old, and nothing that is kept refers to it. */
export interface OldSession {
	readonly sessionKey: number;
	readonly sessionId: string;
	readonly endedAtMs: number;
	readonly moves: number;
}

/** What removing it takes out of the statistics, and taking it back puts in. */
export interface CountedSession {
	readonly result: SessionResult | null;
	readonly stale: boolean;
}
