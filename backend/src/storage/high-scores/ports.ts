import type { ScoreResult } from "@savepoint/core";
import type { CommitWaiter } from "../ports.js";

/**
 * What the game may ask of the stored high scores. Types only; `high-score-repo.ts` implements
 * them.
 */

export interface StoredScore {
	readonly id: string;
	readonly createdAtMs: number;
	/** The Idempotency-Key that it was posted with. */
	readonly createKey: string | null;
	readonly playerTag: string;
	readonly result: ScoreResult;
	/** Artifacts that were not deposited. */
	readonly remaining: number;
	/** null: the player's word, without a session. */
	readonly proof: ScoreProof | null;
}

/** What the stored session vouches for. */
export interface ScoreProof {
	readonly sessionKey: number;
	readonly replayId: string;
	readonly durationMs: number;
	/** How long an artifact waited for its deposit, on average. */
	readonly averageWaitMs: number;
}

export interface HighScoreRepository {
	/**
	 * Best first: scores with a session before all others, won before lost, fewest left, shortest
	 * wait, then the older. A row that is not as it was written is left out and logged; it harms no
	 * other.
	 */
	top(limit: number): Promise<StoredScore[]>;
	/** The score that was made with this Idempotency-Key, or null. */
	findByKey(createKey: string): Promise<StoredScore | null>;
	hasScore(sessionKey: number): Promise<boolean>;
	/**
	 * Durable when the waiter is told. A second score of a session, or with a key that is taken, is
	 * rejected with STORAGE_CONFLICT and changes nothing.
	 */
	add(score: StoredScore, waiter: CommitWaiter): void;
}
