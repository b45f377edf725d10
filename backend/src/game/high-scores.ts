import { type HighScore, remainingArtifacts, type ScoreResult } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { replayIdFor } from "../ids.js";
import { HIGH_SCORES_LISTED_MAX, REAL_TIME_TOLERANCE_MS } from "../limits.js";
import type { HighScoreRepository, ScoreProof, StoredScore } from "../storage/high-scores/ports.js";
import type { SessionRecord } from "../storage/ports.js";
import { averageWaitMs, type FinishedGames } from "./finished-games.js";
import type { HighScoreTable, ScoreClaim, ScoreRequest } from "./public-answers.js";
import { Turns } from "./turns.js";

export interface HighScoreBookDeps {
	readonly scores: HighScoreRepository;
	readonly games: Pick<FinishedGames, "load" | "moves">;
	readonly now: () => number;
	/** An unguessable id that sorts by this time. */
	readonly newId: (nowMs: number) => string;
}

type Outcome = Pick<StoredScore, "result" | "remaining" | "proof">;

/**
 * Decides which games have a high score. A score is made once, of a stored session that has ended,
 * and the session tells its result; what comes without a session is kept as the player's word and
 * listed last.
 */
export class HighScoreBook implements HighScoreTable {
	readonly #deps: HighScoreBookDeps;
	readonly #turns = new Turns();

	constructor(deps: HighScoreBookDeps) {
		this.#deps = deps;
	}

	async list(): Promise<HighScore[]> {
		return (await this.#deps.scores.top(HIGH_SCORES_LISTED_MAX)).map(scoreView);
	}

	/**
	 * One at a time for a session and for a key: of two at once, the second finds the first on disk.
	 */
	post(request: ScoreRequest): Promise<{ score: HighScore; replayed: boolean }> {
		const names = [
			...("sessionId" in request.of ? [`session ${request.of.sessionId}`] : []),
			...(request.key === null ? [] : [`key ${request.key}`]),
		];
		return this.#turns.take(names, () => this.#decideTwice(request));
	}

	/** Another server may have stored the same meanwhile: then that is what there is to say (P4). */
	async #decideTwice(request: ScoreRequest): Promise<{ score: HighScore; replayed: boolean }> {
		try {
			return await this.#decide(request);
		} catch (error) {
			if (!(error instanceof SavepointError) || error.code !== "STORAGE_CONFLICT") throw error;
			return this.#decide(request);
		}
	}

	async #decide(request: ScoreRequest): Promise<{ score: HighScore; replayed: boolean }> {
		const { scores, now, newId } = this.#deps;
		// 1. A stored answer comes first.
		const known = request.key === null ? null : await scores.findByKey(request.key);
		if (known !== null) {
			if (!isOf(known, request)) throw new SavepointError("IDEMPOTENCY_KEY_REUSED");
			return { score: scoreView(known), replayed: true };
		}
		// 2. What the session says, or the player.
		const { of } = request;
		const outcome = "sessionId" in of ? await this.#proven(of.sessionId) : claimed(of);
		// 3. The disk, and the answer after the sync.
		const nowMs = now();
		const score: StoredScore = {
			id: newId(nowMs),
			createdAtMs: nowMs,
			createKey: request.key,
			playerTag: request.playerTag,
			...outcome,
		};
		await new Promise<void>((committed, failed) => scores.add(score, { committed, failed }));
		return { score: scoreView(score), replayed: false };
	}

	async #proven(sessionId: string): Promise<Outcome> {
		const { games, scores } = this.#deps;
		const record = await games.load(sessionId);
		const result = rankedResult(record);
		if (await scores.hasScore(record.key)) throw new SavepointError("HIGH_SCORE_EXISTS");
		const { durationMs } = record.state;
		return {
			result,
			remaining: remainingArtifacts(record.state),
			proof: {
				sessionKey: record.key,
				replayId: replayIdFor(record.id, record.key),
				durationMs,
				averageWaitMs: averageWaitMs(await games.moves(record), durationMs),
			},
		};
	}
}

/**
 * A game counts when somebody played it to its end, for all of its time and with something to do.
 * The server's own clock says how long it ran: play times are the client's word, and downtime is
 * part of a game that went on while the server was away.
 */
function rankedResult({ state, startedAtMs, endedAtMs }: SessionRecord): ScoreResult {
	if (state.result === null || endedAtMs === null) throw new SavepointError("SESSION_ACTIVE");
	const ranMs = endedAtMs - startedAtMs;
	if (
		state.result === "abandoned" ||
		state.artifacts.size === 0 ||
		ranMs < state.durationMs - REAL_TIME_TOLERANCE_MS
	)
		throw new SavepointError("SESSION_UNRANKED");
	return state.result;
}

const claimed = ({ result, remaining }: ScoreClaim): Outcome => ({
	result,
	remaining,
	proof: null,
});

/** Whether the stored score is what this request asks for. */
function isOf(
	{ playerTag, result, remaining, proof }: StoredScore,
	request: ScoreRequest,
): boolean {
	const { of } = request;
	if (playerTag !== request.playerTag) return false;
	if ("sessionId" in of) return proof !== null && isProofOf(proof, of.sessionId);
	return proof === null && result === of.result && remaining === of.remaining;
}

const isProofOf = (proof: ScoreProof, sessionId: string): boolean =>
	proof.replayId === replayIdFor(sessionId, proof.sessionKey);

const scoreView = ({ proof, ...score }: StoredScore): HighScore => ({
	id: score.id,
	createdAt: new Date(score.createdAtMs).toISOString(),
	playerTag: score.playerTag,
	result: score.result,
	remainingUnchecked: score.remaining,
	verified: proof !== null,
	durationSeconds: proof === null ? null : proof.durationMs / 1000,
	averageWaitMs: proof?.averageWaitMs ?? null,
	replayId: proof?.replayId ?? null,
});
