import type { HighScore, Replay, ScoreResult } from "@savepoint/core";

/** What strangers may ask, as the API sees it. Nothing that comes back holds a session's id. */

export interface ScoreRequest {
	/** As `normalisePlayerTag` leaves it. */
	readonly playerTag: string;
	/** The session that vouches for the result, or what the player says it was. */
	readonly of: { readonly sessionId: string } | ScoreClaim;
	/** The Idempotency-Key, if there is one. */
	readonly key: string | null;
}

export interface ScoreClaim {
	readonly result: ScoreResult;
	readonly remaining: number;
}

export interface HighScoreTable {
	/** Best first, a bounded number of them, all on disk. */
	list(): Promise<HighScore[]>;
	/**
	 * Resolves when the score is on disk; `replayed` when it was made by an earlier call with the
	 * same key. Rejects with IDEMPOTENCY_KEY_REUSED, SESSION_NOT_FOUND, SESSION_HARMED,
	 * SESSION_ACTIVE, SESSION_UNRANKED, HIGH_SCORE_EXISTS, or why the storage cannot store now.
	 */
	post(request: ScoreRequest): Promise<{ readonly score: HighScore; readonly replayed: boolean }>;
}

export interface Replays {
	/**
	 * Rejects with REPLAY_NOT_FOUND unless an ended session has this replay id, or with
	 * SESSION_HARMED.
	 */
	find(replayId: string): Promise<Replay>;
}
