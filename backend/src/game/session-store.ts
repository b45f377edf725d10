import {
	applyMove,
	generateLevel,
	MOVES_PER_SESSION_MAX,
	type MoveBody,
	type MovesAnswer,
	type MovesPage,
	type NormalMove,
	newSession,
	type Receipt,
	type RefusalCode,
	type Session,
	stateHash,
} from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { artifactIdFor, looksLikeId } from "../ids.js";
import { CACHED_SESSIONS_MAX } from "../limits.js";
import type { Log } from "../log.js";
import type {
	Commits,
	CommitWaiter,
	LoggedBody,
	SessionRecord,
	SessionRepository,
} from "../storage/ports.js";
import type {
	AnswerSink,
	Authority,
	ServiceCounts,
	SessionChange,
	SingleAnswer,
	SingleBody,
	SingleCall,
	StorageHealth,
} from "./answers.js";
import { type LiveSession, SessionCache } from "./session-cache.js";
import { singleAnswer } from "./single-answer.js";
import { StaleSweep } from "./stale-sweep.js";
import { countsView, createdView, sessionView } from "./views.js";

export interface SessionStoreDeps {
	readonly repository: SessionRepository;
	readonly commits: Commits;
	readonly log: Log;
	readonly now: () => number;
	/** An unguessable id that sorts by this time. */
	readonly newId: (nowMs: number) => string;
	/** An unsigned 32-bit seed for a level. */
	readonly newSeed: () => number;
	/** The server's local day of a moment, as a number like 20261122. */
	readonly localDay: (timeMs: number) => number;
	readonly cachedSessionsMax?: number;
}

/**
 * The authority: decides moves, holds the live sessions and lets nothing out before it is on disk.
 *
 * A decision is made at once, in memory, and its answer waits for the sync that covers it. An
 * answer that only *shows* something waits too while its session has changes on their way (A1).
 * When a change fails, the session is forgotten and the next call reads what is stored, so a
 * failure leaves no trace (A2).
 */
export class SessionStore implements Authority {
	readonly #deps: SessionStoreDeps;
	readonly #cache: SessionCache;
	readonly #sweep: StaleSweep;
	/** Creates on their way to the disk, by their Idempotency-Key. */
	readonly #creating = new Map<string, SessionRecord>();

	constructor(deps: SessionStoreDeps) {
		this.#deps = deps;
		this.#cache = new SessionCache(deps.cachedSessionsMax ?? CACHED_SESSIONS_MAX, (live) =>
			this.#writeSnapshot(live),
		);
		this.#sweep = new StaleSweep({
			due: (after, limit) => deps.repository.due(this.#uptimeMs(), after, limit),
			end: (id) => this.#endStale(id),
			log: deps.log,
		});
	}

	/** Begins to end stale sessions. */
	start(): void {
		this.#sweep.start();
	}

	/** Stops taking changes, brings the snapshots up to date; resolves when all answers are out. */
	async close(): Promise<void> {
		await this.#sweep.stop();
		if (this.#deps.commits.refusal() === null)
			for (const live of this.#cache.dirty()) if (!this.#writeSnapshot(live)) break;
		await this.#deps.commits.drain();
	}

	create(
		request: { readonly durationSeconds: number; readonly key: string | null },
		sink: AnswerSink<Session>,
	): void {
		const durationMs = Math.round(request.durationSeconds * 1000);
		if (request.key === null) this.#createNew(durationMs, null, sink);
		else
			this.#createOnce(durationMs, request.key, sink).catch((error: unknown) =>
				sink.fail(this.#expected(error)),
			);
	}

	single(sessionId: string, call: SingleCall, sink: AnswerSink<SingleAnswer>): void {
		this.#withSession(sessionId, sink, (live) => this.#decideSingle(live, call, sink));
	}

	play(
		sessionId: string,
		moves: readonly NormalMove[],
		sink: AnswerSink<MovesAnswer>,
		origin: object | null = null,
	): void {
		this.#withSession(sessionId, sink, (live) => this.#decideMoves(live, moves, sink, origin));
	}

	view(sessionId: string, sink: AnswerSink<Session>): void {
		this.#withSession(sessionId, sink, (live) =>
			this.#whenDurable(live, sink, () => sink.send(this.#viewOf(live.record), false)),
		);
	}

	async log(sessionId: string, after: number, limit: number): Promise<MovesPage> {
		const live = this.#cache.get(sessionId) ?? (await this.#load(sessionId));
		if (live === null) throw new SavepointError("SESSION_NOT_FOUND");
		// One more than asked for tells whether there is a next page.
		const moves = await this.#deps.repository.log(live.record, after, limit + 1);
		const page = moves.slice(0, limit);
		return { moves: page, next: moves.length > limit ? (page.at(-1)?.seq ?? null) : null };
	}

	async counts(): Promise<ServiceCounts> {
		return countsView(this.#deps.commits.counters, this.#deps.localDay(this.#deps.now()));
	}

	health(): StorageHealth {
		const { trouble } = this.#deps.commits;
		if (trouble !== null) return { status: "unavailable", ...trouble };
		const refusal = this.#deps.commits.refusal();
		return refusal === null
			? { status: "ok" }
			: { status: "unavailable", code: refusal.code, reason: refusal.message };
	}

	watch(sessionId: string, listener: (change: SessionChange) => void): () => void {
		return this.#cache.watch(sessionId, listener);
	}

	// Sessions

	#withSession<T>(id: string, sink: AnswerSink<T>, then: (live: LiveSession) => void): void {
		const live = this.#cache.get(id);
		if (live !== undefined) {
			then(live);
			return;
		}
		this.#load(id)
			.then((loaded) => {
				if (loaded === null) sink.fail(new SavepointError("SESSION_NOT_FOUND"));
				else then(loaded);
			})
			.catch((error: unknown) => sink.fail(this.#expected(error)));
	}

	async #load(id: string): Promise<LiveSession | null> {
		if (!looksLikeId(id)) return null;
		return this.#cache.load(id, async () => {
			const stored = await this.#deps.repository.load(id);
			return stored === null ? null : { ...stored, pending: 0 };
		});
	}

	#expected(error: unknown): SavepointError {
		if (error instanceof SavepointError) {
			if (error.code === "SESSION_HARMED") this.#deps.log.error({ err: error }, error.message);
			return error;
		}
		return new SavepointError("INTERNAL", undefined, { cause: error });
	}

	#viewOf(record: SessionRecord): Session {
		const nowMs = this.#deps.now();
		return sessionView(record, { nowMs, downtimeMs: this.#deps.commits.downtimeMsAt(nowMs) });
	}

	/** The clock without downtime, on which sessions fall due. */
	#uptimeMs(): number {
		const nowMs = this.#deps.now();
		return nowMs - this.#deps.commits.downtimeMsAt(nowMs);
	}

	// Create

	async #createOnce(durationMs: number, key: string, sink: AnswerSink<Session>): Promise<void> {
		if (!this.#creating.has(key)) {
			const id = await this.#deps.repository.findCreated(key);
			const live = id === null ? null : (this.#cache.get(id) ?? (await this.#load(id)));
			if (live !== null) {
				this.#replayCreate(live.record, durationMs, sink);
				return;
			}
		}
		const underWay = this.#creating.get(key);
		if (underWay === undefined) this.#createNew(durationMs, key, sink);
		else
			this.#deps.commits.afterPending(underWay.key, {
				committed: () => this.#replayCreate(underWay, durationMs, sink),
				failed: (error) => sink.fail(error),
			});
	}

	#replayCreate(record: SessionRecord, durationMs: number, sink: AnswerSink<Session>): void {
		if (record.state.durationMs !== durationMs)
			sink.fail(new SavepointError("IDEMPOTENCY_KEY_REUSED"));
		else sink.send(createdView(record), true);
	}

	#createNew(durationMs: number, createKey: string | null, sink: AnswerSink<Session>): void {
		const { commits, repository, now, newId, newSeed, localDay } = this.#deps;
		const refusal = commits.refusal();
		if (refusal !== null) {
			sink.fail(refusal);
			return;
		}
		const nowMs = now();
		const seed = newSeed();
		const { terrain, trashCan, playerSpeedPercent } = generateLevel(seed, durationMs);
		const record: SessionRecord = {
			key: repository.nextKey(),
			id: newId(nowMs),
			createKey,
			level: { terrain, trashCan, playerSpeedPercent },
			startedAtMs: nowMs,
			downtimeBaseMs: commits.downtimeMsAt(nowMs),
			state: newSession(seed, durationMs),
			endedAtMs: null,
			stale: false,
			seq: 0,
			headHash: "",
			lastPlayMs: 0,
			snapshotSeq: 0,
		};
		if (createKey !== null) this.#creating.set(createKey, record);
		repository.appendSession(commits.begin(), record);
		commits.finish(
			record.key,
			{ kind: "started", atMs: nowMs, day: localDay(nowMs) },
			{
				committed: () => {
					if (createKey !== null) this.#creating.delete(createKey);
					this.#cache.put({ record, keyed: new Map(), pending: 0 });
					sink.send(createdView(record), false);
				},
				failed: (error) => {
					if (createKey !== null) this.#creating.delete(createKey);
					sink.fail(error);
				},
			},
		);
	}

	// Single calls

	#decideSingle(live: LiveSession, call: SingleCall, sink: AnswerSink<SingleAnswer>): void {
		const { record } = live;
		const { key } = call;
		const logged = asLogged(call.body);
		// 1. A stored answer comes first.
		const known = key === null ? undefined : live.keyed.get(key);
		if (known !== undefined) {
			this.#whenDurable(live, sink, () => {
				if (known.fingerprint !== this.#deps.repository.fingerprint(logged))
					sink.fail(new SavepointError("IDEMPOTENCY_KEY_REUSED"));
				else if (known.refusal !== null) sink.fail(new SavepointError(known.refusal));
				else sink.send(singleAnswer(record, call.body, known, known.recordedAtMs), true);
			});
			return;
		}
		// 2. What can be said without storing anything.
		if (record.state.result !== null) {
			this.#whenDurable(live, sink, () => sink.fail(new SavepointError("SESSION_ENDED")));
			return;
		}
		const refusal = this.#deps.commits.refusal();
		if (refusal !== null) {
			sink.fail(refusal);
			return;
		}
		// 3. The rules; a refusal is stored only where a key could bring it back.
		const nowMs = this.#deps.now();
		const code = this.#apply(record, logged, nowMs);
		if (code !== null && (key === null || code === "TOO_MANY_MOVES")) {
			this.#whenDurable(live, sink, () => sink.fail(new SavepointError(code)));
			return;
		}
		// 4. The log, and the answer after the sync.
		const batch = this.#deps.commits.begin();
		this.#appendEntry(batch, live, { moveId: key, playMs: null }, logged, nowMs, code);
		const answer = code === null ? singleAnswer(record, call.body, null, nowMs) : null;
		this.#finish(live, nowMs, logged, code, null, {
			committed: () => {
				if (answer !== null) sink.send(answer, false);
				else if (code !== null) sink.fail(new SavepointError(code));
			},
			failed: (error) => sink.fail(error),
		});
	}

	// Batches of moves

	#decideMoves(
		live: LiveSession,
		moves: readonly NormalMove[],
		sink: AnswerSink<MovesAnswer>,
		origin: object | null,
	): void {
		const { record } = live;
		const isNew = (move: NormalMove) => !live.keyed.has(move.id);
		// 1. Nothing to store: every move is known, or comes after the end.
		if (record.state.result !== null || !moves.some(isNew)) {
			const answer = this.#answerOf(
				record,
				moves.map(
					(move) => this.#knownReceipt(live, move) ?? refusedUnlogged(move, "SESSION_ENDED"),
				),
			);
			this.#whenDurable(live, sink, () => sink.send(answer, false));
			return;
		}
		const refusal = this.#deps.commits.refusal();
		if (refusal !== null) {
			sink.fail(refusal);
			return;
		}
		// 2. Each move in the client's own order.
		const nowMs = this.#deps.now();
		const batch = this.#deps.commits.begin();
		const seqBefore = record.seq;
		let end: LoggedBody | null = null;
		const receipts = moves.map((move): Receipt => {
			const known = this.#knownReceipt(live, move);
			if (known !== null) return known;
			if (record.state.result !== null) return refusedUnlogged(move, "SESSION_ENDED");
			const logged = asLogged(move.body);
			const code = this.#apply(record, logged, nowMs);
			if (code === "TOO_MANY_MOVES") return refusedUnlogged(move, code);
			const from = { moveId: move.id, playMs: move.atMs };
			this.#appendEntry(batch, live, from, logged, nowMs, code);
			if (code === null && logged.type === "end") end = logged;
			return code === null
				? { id: move.id, applied: "now", seq: record.seq }
				: { id: move.id, applied: "refused", seq: record.seq, code };
		});
		// 3. One change, one answer, after the sync.
		const answer = this.#answerOf(record, receipts);
		const waiter: CommitWaiter = {
			committed: () => sink.send(answer, false),
			failed: (error) => sink.fail(error),
		};
		if (record.seq === seqBefore) this.#whenDurable(live, sink, waiter.committed);
		else this.#finish(live, nowMs, end, null, origin, waiter);
	}

	#knownReceipt(live: LiveSession, move: NormalMove): Receipt | null {
		const known = live.keyed.get(move.id);
		if (known === undefined) return null;
		const { seq } = known;
		if (known.fingerprint !== this.#deps.repository.fingerprint(asLogged(move.body)))
			return { id: move.id, applied: "refused", seq, code: "IDEMPOTENCY_KEY_REUSED" };
		return known.refusal === null
			? { id: move.id, applied: "before", seq }
			: { id: move.id, applied: "refused", seq, code: known.refusal };
	}

	#answerOf(record: SessionRecord, receipts: Receipt[]): MovesAnswer {
		return { receipts, seq: record.seq, stateHash: stateHash(record.state), durable: true };
	}

	// What every change shares

	/** null when the move was applied. A full log takes nothing but the end. */
	#apply(record: SessionRecord, logged: LoggedBody, nowMs: number): RefusalCode | null {
		if (record.seq >= MOVES_PER_SESSION_MAX && logged.type !== "end") return "TOO_MANY_MOVES";
		const outcome = applyMove(record.state, toPlay(logged, record, nowMs));
		return outcome.applied ? null : outcome.code;
	}

	#appendEntry(
		batch: ReturnType<Commits["begin"]>,
		live: LiveSession,
		from: { readonly moveId: string | null; readonly playMs: number | null },
		logged: LoggedBody,
		nowMs: number,
		refusal: RefusalCode | null,
	): void {
		const { repository } = this.#deps;
		const { record } = live;
		const entry = { ...from, body: logged, recordedAtMs: nowMs, refusal };
		const keyed = repository.appendEntry(batch, record, entry);
		if (keyed !== null && from.moveId !== null) live.keyed.set(from.moveId, keyed);
		if (logged.type !== "end" || refusal !== null) return;
		record.endedAtMs = nowMs;
		record.stale = logged.stale;
		repository.appendSnapshot(batch, record);
	}

	#finish(
		live: LiveSession,
		nowMs: number,
		body: LoggedBody | null,
		refusal: RefusalCode | null,
		origin: object | null,
		waiter: CommitWaiter,
	): void {
		const { record } = live;
		const { result } = record.state;
		const change: SessionChange | null = this.#cache.isWatched(record.id)
			? { seq: record.seq, stateHash: stateHash(record.state), ended: result !== null, origin }
			: null;
		live.pending += 1;
		this.#deps.commits.finish(
			record.key,
			body?.type === "end" && refusal === null && result !== null
				? { kind: "ended", atMs: nowMs, result, stale: body.stale }
				: { kind: "activity", atMs: nowMs },
			{
				committed: () => {
					live.pending -= 1;
					waiter.committed();
					if (change !== null) this.#cache.notify(record.id, change);
				},
				failed: (error) => {
					this.#cache.forget(live);
					waiter.failed(error);
				},
			},
		);
	}

	/** The gate for answers that change nothing: what they show must be on disk. */
	#whenDurable<T>(live: LiveSession, sink: AnswerSink<T>, committed: () => void): void {
		if (live.pending === 0) committed();
		else
			this.#deps.commits.afterPending(live.record.key, {
				committed,
				failed: (error) => sink.fail(error),
			});
	}

	/** False when no change can be taken now. */
	#writeSnapshot(live: LiveSession): boolean {
		if (this.#deps.commits.refusal() !== null) return false;
		live.pending += 1;
		this.#deps.repository.appendSnapshot(this.#deps.commits.begin(), live.record);
		this.#deps.commits.finish(live.record.key, null, {
			committed: () => {
				live.pending -= 1;
			},
			failed: () => this.#cache.forget(live),
		});
		return true;
	}

	/** Ends a session whose time is long over, unless a player was quicker. */
	async #endStale(id: string): Promise<void> {
		const live = this.#cache.get(id) ?? (await this.#load(id));
		if (live === null || live.record.state.result !== null) return;
		const refusal = this.#deps.commits.refusal();
		if (refusal !== null) throw refusal;
		const nowMs = this.#deps.now();
		const body: LoggedBody = { type: "end", claim: null, stale: true };
		this.#apply(live.record, body, nowMs);
		const batch = this.#deps.commits.begin();
		this.#appendEntry(batch, live, { moveId: null, playMs: null }, body, nowMs, null);
		await new Promise<void>((resolve, reject) => {
			this.#finish(live, nowMs, body, null, null, { committed: resolve, failed: reject });
		});
	}
}

const asLogged = (body: SingleBody | MoveBody): LoggedBody =>
	body.type === "end" ? { ...body, stale: false } : body;

const toPlay = (logged: LoggedBody, record: SessionRecord, nowMs: number): MoveBody =>
	logged.type === "spawn" && logged.artifactId === null
		? { ...logged, artifactId: artifactIdFor(record.id, record.seq + 1, nowMs) }
		: (logged as MoveBody);

/**
 * After the end, or beyond the last place of the log: nothing to remember, nothing can apply later.
 */
const refusedUnlogged = (move: NormalMove, code: RefusalCode): Receipt => ({
	id: move.id,
	applied: "refused",
	seq: 0,
	code,
});
