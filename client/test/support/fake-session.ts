import {
	applyMove,
	artifactView,
	generateLevel,
	type Move,
	type MovesAnswer,
	newSession,
	normaliseMove,
	type Receipt,
	type RefusalCode,
	type Session,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";

/**
 * A session as a correct server keeps it: the rules of core, exactly once by move id, in memory.
 */
export class FakeSession {
	readonly id: string;
	/** Every move that was taken, in order. What the tests compare with what was played. */
	readonly log: Move[] = [];
	/** Raised by a test that restores an older state. */
	generation = 1;
	#state: SessionState;
	readonly #seen = new Map<string, { seq: number; code: RefusalCode | null }>();

	constructor(id: string, seed: number, durationMs: number) {
		this.id = id;
		this.#state = newSession(seed, durationMs);
	}

	get seq(): number {
		return this.log.length;
	}

	get stateHash(): string {
		return stateHash(this.#state);
	}

	get ended(): boolean {
		return this.#state.result !== null;
	}

	/** As after a restore from a backup that was made at this move. */
	restore(seq: number): void {
		const kept = this.log.slice(0, seq);
		this.log.length = 0;
		this.#seen.clear();
		this.#state = newSession(this.#state.seed, this.#state.durationMs);
		this.generation += 1;
		this.take(kept);
	}

	take(moves: readonly Move[]): MovesAnswer {
		const receipts = moves.map((move) => this.#takeOne(move));
		return { receipts, seq: this.seq, stateHash: this.stateHash, durable: true };
	}

	#takeOne(move: Move): Receipt {
		const before = this.#seen.get(move.id);
		if (before !== undefined) {
			return before.code === null
				? { id: move.id, applied: "before", seq: before.seq }
				: { id: move.id, applied: "refused", seq: before.seq, code: before.code };
		}
		if (this.ended) return { id: move.id, applied: "refused", seq: 0, code: "SESSION_ENDED" };
		const outcome = applyMove(this.#state, normaliseMove(move).body);
		this.log.push(move);
		const code = outcome.applied ? null : outcome.code;
		this.#seen.set(move.id, { seq: this.seq, code });
		return code === null
			? { id: move.id, applied: "now", seq: this.seq }
			: { id: move.id, applied: "refused", seq: this.seq, code };
	}

	view(): Session {
		const { seed, durationMs, result, artifacts } = this.#state;
		const level = generateLevel(seed, durationMs);
		return {
			sessionId: this.id,
			seed,
			durationSeconds: durationMs / 1000,
			score: scoreOf(this.#state),
			playerSpeedPercent: level.playerSpeedPercent,
			artifacts: [...artifacts.values()].map(artifactView),
			terrain: [...level.terrain],
			trashCan: level.trashCan,
			status: result === null ? "active" : "ended",
			result,
			seq: this.seq,
			stateHash: this.stateHash,
			startedAt: new Date(0).toISOString(),
			endedAt: result === null ? null : new Date(0).toISOString(),
			remainingSeconds: durationMs / 1000,
			generation: this.generation,
			replayId: result === null ? null : `replay-of-${seed}`,
		};
	}
}
