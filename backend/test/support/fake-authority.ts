import { randomUUID } from "node:crypto";
import {
	applyMove,
	artifactView,
	generateLevel,
	type LoggedMove,
	type MoveBody,
	type MovesAnswer,
	type MovesPage,
	type NormalMove,
	newSession,
	type Receipt,
	remainingArtifacts,
	type Session,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";
import { SavepointError } from "#src/errors.js";
import type {
	AnswerSink,
	Authority,
	ServiceCounts,
	SessionChange,
	SingleAnswer,
	SingleBody,
	SingleCall,
	StorageHealth,
} from "#src/game/answers.js";

interface Held {
	readonly id: string;
	readonly state: SessionState;
	readonly startedAtMs: number;
	endedAtMs: number | null;
	seq: number;
	readonly log: LoggedMove[];
	readonly receipts: Map<
		string,
		{ receipt: Receipt; fingerprint: string; answer: SingleAnswer | null }
	>;
	readonly listeners: Set<(change: SessionChange) => void>;
}

/**
 * The contract's meaning in memory, nothing durable: what the HTTP tests need of an authority.
 * Answers come later, as from a disk; `hold` keeps them back until `release`.
 */
export class FakeAuthority implements Authority {
	readonly sessions = new Map<string, Held>();
	readonly #created = new Map<string, { session: Session; durationSeconds: number }>();
	/** What `health` and every write answer while it is set. */
	trouble: SavepointError | null = null;
	/** Thrown out of `counts`, as a mistake of our own would be. */
	mistake: Error | null = null;
	#held: (() => void)[] | null = null;

	hold(): void {
		this.#held = [];
	}

	release(): void {
		const held = this.#held ?? [];
		this.#held = null;
		for (const answer of held) answer();
	}

	#later(answer: () => void): void {
		if (this.#held === null) setImmediate(answer);
		else this.#held.push(answer);
	}

	#with<T>(id: string, sink: AnswerSink<T>, then: (held: Held) => void): void {
		const held = this.sessions.get(id);
		if (held === undefined) this.#later(() => sink.fail(new SavepointError("SESSION_NOT_FOUND")));
		else then(held);
	}

	create(
		request: { readonly durationSeconds: number; readonly key: string | null },
		sink: AnswerSink<Session>,
	): void {
		if (this.trouble !== null) return void sink.fail(this.trouble);
		const known = request.key === null ? undefined : this.#created.get(request.key);
		if (known !== undefined) {
			const same = known.durationSeconds === request.durationSeconds;
			this.#later(() =>
				same
					? sink.send(known.session, true)
					: sink.fail(new SavepointError("IDEMPOTENCY_KEY_REUSED")),
			);
			return;
		}
		const held: Held = {
			id: randomUUID(),
			state: newSession(1, request.durationSeconds * 1000),
			startedAtMs: Date.now(),
			endedAtMs: null,
			seq: 0,
			log: [],
			receipts: new Map(),
			listeners: new Set(),
		};
		this.sessions.set(held.id, held);
		const session = view(held);
		if (request.key !== null)
			this.#created.set(request.key, { session, durationSeconds: request.durationSeconds });
		this.#later(() => sink.send(session, false));
	}

	single(sessionId: string, call: SingleCall, sink: AnswerSink<SingleAnswer>): void {
		this.#with(sessionId, sink, (held) => {
			const fingerprint = JSON.stringify(call.body);
			const known = call.key === null ? undefined : held.receipts.get(call.key);
			if (known !== undefined) {
				const { answer } = known;
				this.#later(() => {
					if (known.fingerprint !== fingerprint)
						sink.fail(new SavepointError("IDEMPOTENCY_KEY_REUSED"));
					else if (answer === null) sink.fail(new SavepointError(known.receipt.code ?? "INTERNAL"));
					else sink.send(answer, true);
				});
				return;
			}
			if (held.state.result !== null)
				return this.#later(() => sink.fail(new SavepointError("SESSION_ENDED")));
			if (this.trouble !== null) return sink.fail(this.trouble);
			const body = named(call.body);
			const receipt = this.#apply(held, { id: call.key, body, origin: null });
			const answer = receipt.applied === "now" ? singleAnswer(held, body) : null;
			if (call.key !== null) held.receipts.set(call.key, { receipt, fingerprint, answer });
			this.#later(() =>
				answer === null
					? sink.fail(new SavepointError(receipt.code ?? "INTERNAL"))
					: sink.send(answer, false),
			);
		});
	}

	play(
		sessionId: string,
		moves: readonly NormalMove[],
		sink: AnswerSink<MovesAnswer>,
		origin: object | null = null,
	): void {
		this.#with(sessionId, sink, (held) => {
			if (this.trouble !== null) return sink.fail(this.trouble);
			const receipts = moves.map(({ id, body }): Receipt => {
				const known = held.receipts.get(id);
				if (known !== undefined)
					return known.receipt.applied === "now"
						? { ...known.receipt, applied: "before" }
						: known.receipt;
				if (held.state.result !== null)
					return { id, applied: "refused", seq: 0, code: "SESSION_ENDED" };
				const receipt = this.#apply(held, { id, body, origin });
				held.receipts.set(id, { receipt, fingerprint: JSON.stringify(body), answer: null });
				return receipt;
			});
			const answer = { receipts, seq: held.seq, stateHash: stateHash(held.state) };
			this.#later(() => sink.send({ ...answer, durable: true }, false));
		});
	}

	#apply(held: Held, move: { id: string | null; body: MoveBody; origin: object | null }): Receipt {
		const { id, body } = move;
		const outcome = applyMove(held.state, body);
		const at = new Date().toISOString();
		held.seq += 1;
		if (outcome.applied && body.type === "end") held.endedAtMs = Date.now();
		const refusal = outcome.applied ? {} : { code: outcome.code };
		held.log.push({
			seq: held.seq,
			id,
			type: body.type,
			at,
			atMs: null,
			applied: outcome.applied,
			...refusal,
		});
		const change = {
			seq: held.seq,
			stateHash: stateHash(held.state),
			ended: held.endedAtMs !== null,
			origin: move.origin,
		};
		this.#later(() => {
			for (const listener of held.listeners) listener(change);
		});
		return {
			id: id ?? "",
			applied: outcome.applied ? "now" : "refused",
			seq: held.seq,
			...refusal,
		};
	}

	view(sessionId: string, sink: AnswerSink<Session>): void {
		this.#with(sessionId, sink, (held) => this.#later(() => sink.send(view(held), false)));
	}

	async log(sessionId: string, after: number, limit: number): Promise<MovesPage> {
		const held = this.sessions.get(sessionId);
		if (held === undefined) throw new SavepointError("SESSION_NOT_FOUND");
		const moves = held.log.slice(after, after + limit);
		const more = after + limit < held.log.length;
		return { moves, next: more ? (moves.at(-1)?.seq ?? null) : null };
	}

	moveCounts() {
		return { applied: 0, refused: 0, replayed: 0 };
	}

	async counts(): Promise<ServiceCounts> {
		if (this.mistake !== null) throw this.mistake;
		const all = [...this.sessions.values()];
		const withResult = (result: string) => all.filter((one) => one.state.result === result).length;
		const endedCount = all.filter((one) => one.state.result !== null).length;
		return {
			activeCount: all.length - endedCount,
			startedCount: all.length,
			endedCount,
			staleEndedCount: 0,
			wonCount: withResult("won"),
			lostCount: withResult("lost"),
			abandonedCount: withResult("abandoned"),
			latestCompletedAt: null,
			latestActivityAt: all.length === 0 ? null : new Date().toISOString(),
			sessionsToday: all.length,
		};
	}

	health(): StorageHealth {
		if (this.trouble === null) return { status: "ok" };
		return { status: "unavailable", code: this.trouble.code, reason: this.trouble.message };
	}

	watch(sessionId: string, listener: (change: SessionChange) => void): () => void {
		const listeners = this.sessions.get(sessionId)?.listeners;
		listeners?.add(listener);
		return () => listeners?.delete(listener);
	}
}

function named(body: SingleBody): MoveBody {
	return body.type === "spawn" ? { ...body, artifactId: randomUUID() } : body;
}

function view({ id, state, startedAtMs, endedAtMs, seq }: Held): Session {
	const { terrain, trashCan, playerSpeedPercent } = generateLevel(state.seed, state.durationMs);
	const elapsedMs = Date.now() - startedAtMs;
	return {
		sessionId: id,
		seed: state.seed,
		durationSeconds: state.durationMs / 1000,
		score: scoreOf(state),
		playerSpeedPercent,
		artifacts: Array.from(state.artifacts.values(), artifactView),
		terrain: [...terrain],
		trashCan,
		status: state.result === null ? "active" : "ended",
		result: state.result,
		seq,
		stateHash: stateHash(state),
		startedAt: new Date(startedAtMs).toISOString(),
		endedAt: endedAtMs === null ? null : new Date(endedAtMs).toISOString(),
		remainingSeconds: Math.max(0, state.durationMs - elapsedMs) / 1000,
		generation: 1,
		replayId: state.result === null ? null : `replay-${startedAtMs}`,
	};
}

function singleAnswer({ state, seq }: Held, body: MoveBody): SingleAnswer {
	const saved = { seq, stateHash: stateHash(state), durable: true } as const;
	switch (body.type) {
		case "spawn": {
			const artifact = state.artifacts.get(body.artifactId);
			if (artifact === undefined) throw new Error("The artifact was just spawned.");
			return { artifact: artifactView(artifact), ...saved };
		}
		case "artifact-status":
			return { ok: true, ...saved };
		case "deposit":
			return { score: scoreOf(state), remainingArtifacts: remainingArtifacts(state), ...saved };
		case "end":
			return {
				finalScore: scoreOf(state),
				artifactsDeposited: state.depositedCount,
				result: state.result ?? "abandoned",
				...saved,
			};
	}
}
