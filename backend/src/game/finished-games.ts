import {
	type ArtifactStatus,
	type LoggedMove,
	type Replay,
	type ReplayMove,
	remainingArtifacts,
	scoreOf,
	stateHash,
} from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { replayIdFor, sessionKeyOfReplay } from "../ids.js";
import { REPLAY_PAGE_MOVES } from "../limits.js";
import type { SessionRecord, SessionRepository } from "../storage/ports.js";
import type { Replays } from "./public-answers.js";

type FinishedSessions = Pick<SessionRepository, "load" | "log" | "findByKey" | "isRetired">;

/** Ended sessions, read from their log as strangers may see them. */
export class FinishedGames implements Replays {
	readonly #sessions: FinishedSessions;

	constructor(sessions: FinishedSessions) {
		this.#sessions = sessions;
	}

	async find(replayId: string): Promise<Replay> {
		const key = sessionKeyOfReplay(replayId);
		const sessionId = key === null ? null : await this.#sessions.findByKey(key);
		if (key !== null && sessionId === null && (await this.#sessions.isRetired(key)))
			throw new SavepointError("REPLAY_GONE");
		// The key is no secret; the rest of the id is what the asker must know.
		if (key === null || sessionId === null || replayIdFor(sessionId, key) !== replayId)
			throw new SavepointError("REPLAY_NOT_FOUND");
		const record = await this.load(sessionId);
		const { state } = record;
		if (state.result === null || record.endedAtMs === null)
			throw new SavepointError("REPLAY_NOT_FOUND");
		return {
			id: replayId,
			seed: state.seed,
			durationSeconds: state.durationMs / 1000,
			playerSpeedPercent: record.level.playerSpeedPercent,
			terrain: [...record.level.terrain],
			trashCan: record.level.trashCan,
			startedAt: new Date(record.startedAtMs).toISOString(),
			endedAt: new Date(record.endedAtMs).toISOString(),
			result: state.result,
			score: scoreOf(state),
			remainingArtifacts: remainingArtifacts(state),
			stateHash: stateHash(state),
			moves: await this.moves(record),
		};
	}

	/** The session as it is on disk. Rejects with SESSION_NOT_FOUND or SESSION_HARMED. */
	async load(sessionId: string): Promise<SessionRecord> {
		const stored = await this.#sessions.load(sessionId);
		if (stored === null) throw new SavepointError("SESSION_NOT_FOUND");
		return stored.record;
	}

	/** What was applied, in order, without the ids that the client gave its moves. */
	async moves(record: SessionRecord): Promise<ReplayMove[]> {
		const moves: ReplayMove[] = [];
		let seq = 0;
		let atMs = 0;
		while (seq < record.seq) {
			const page = await this.#sessions.log(record, seq, REPLAY_PAGE_MOVES);
			for (const logged of page) {
				seq = logged.seq;
				if (!logged.applied) continue;
				// A client may have said an earlier time than before; in a replay time goes one way.
				atMs = Math.max(atMs, playTimeOf(logged, record.startedAtMs));
				moves.push(replayMove(logged, atMs));
			}
			if (page.length < REPLAY_PAGE_MOVES) break;
		}
		return moves;
	}
}

/**
 * Where the client did not say when the player made the move: the server's time since the start.
 */
const playTimeOf = (logged: LoggedMove, startedAtMs: number): number =>
	logged.atMs ?? Math.max(0, Date.parse(logged.at) - startedAtMs);

function replayMove(logged: LoggedMove, atMs: number): ReplayMove {
	const { id: _secret, at: _clock, applied: _always, code: _none, ...shown } = logged;
	return { ...shown, atMs };
}

const DEPOSITED: ArtifactStatus = "deposited";

/**
 * How long an artifact waited from its spawn to its deposit, on average, in whole milliseconds;
 * what was left waited until the game's time was up. What "fastest" means among high scores: it is
 * as fair to a long sprint as to a short one, and does not depend on when the last artifact
 * happened to fall.
 */
export function averageWaitMs(moves: readonly ReplayMove[], durationMs: number): number {
	const waitingSinceMs = new Map<string, number>();
	let count = 0;
	let sumMs = 0;
	for (const { type, artifactId, status, atMs } of moves) {
		if (artifactId === undefined) continue;
		if (type === "spawn") {
			count += 1;
			waitingSinceMs.set(artifactId, atMs);
		} else if (type === "deposit" || status === DEPOSITED) {
			sumMs += atMs - (waitingSinceMs.get(artifactId) ?? atMs);
			waitingSinceMs.delete(artifactId);
		}
	}
	for (const sinceMs of waitingSinceMs.values()) sumMs += Math.max(0, durationMs - sinceMs);
	return count === 0 ? 0 : Math.round(sumMs / count);
}
