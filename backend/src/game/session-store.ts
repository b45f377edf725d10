import {
	generateLevel,
	type MovesAnswer,
	type MovesPage,
	type NormalMove,
	newSession,
	type Session,
} from "@savepoint/core";
import type { Counters } from "../counters.js";
import { SavepointError } from "../errors.js";
import { looksLikeId } from "../ids.js";
import { CACHED_MOVES_MAX, CACHED_SESSIONS_MAX, CONFLICT_RETRIES_MAX } from "../limits.js";
import type { Log } from "../log.js";
import type { Commits, LoggedBody, SessionRecord, SessionRepository } from "../storage/ports.js";
import type {
	AnswerSink,
	Authority,
	ServiceCounts,
	SessionChange,
	SingleAnswer,
	SingleCall,
	StorageHealth,
} from "./answers.js";
import { decideMoves } from "./decide-moves.js";
import { decideSingle } from "./decide-single.js";
import type { Decider } from "./decider.js";
import { ForeignChanges } from "./foreign-changes.js";
import { OperatorDeeds } from "./operator-deeds.js";
import { type LiveSession, SessionCache } from "./session-cache.js";
import { type MoveCounts, SessionChanges } from "./session-changes.js";
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
	readonly cachedMovesMax?: number;
	/** Of the storage; see `Session`. Not given: a storage that was never restored. */
	readonly generation?: number;
	/** Of the service, over all servers; not given: there is no other server. */
	readonly readCounters?: () => Promise<Readonly<Counters>>;
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
	/** What operators do to sessions. */
	readonly deeds: OperatorDeeds;
	readonly #deps: SessionStoreDeps;
	readonly #cache: SessionCache;
	readonly #changes: SessionChanges;
	readonly #decider: Decider;
	readonly #sweep: StaleSweep;
	/** null: no other server changes sessions. */
	readonly #foreign: ForeignChanges | null;
	/** Creates on their way to the disk, by their Idempotency-Key. */
	readonly #creating = new Map<string, SessionRecord>();

	constructor(deps: SessionStoreDeps) {
		this.#deps = deps;
		const bounds = {
			sessions: deps.cachedSessionsMax ?? CACHED_SESSIONS_MAX,
			moves: deps.cachedMovesMax ?? CACHED_MOVES_MAX,
		};
		this.#cache = new SessionCache(bounds, (live) => this.#changes.writeSnapshot(live));
		this.#changes = new SessionChanges({ ...deps, cache: this.#cache });
		this.#decider = { ...deps, changes: this.#changes };
		this.deeds = new OperatorDeeds({
			...deps,
			changes: this.#changes,
			find: (id) => this.#current(id),
			viewOf: (record) => this.#viewOf(record),
		});
		this.#sweep = new StaleSweep({
			due: (after, limit) => deps.repository.due(this.#uptimeMs(), after, limit),
			end: (id) => this.#endStale(id),
			log: deps.log,
		});
		const load = (id: string) => this.#load(id);
		const { repository, log } = deps;
		this.#foreign = repository.isShared
			? new ForeignChanges({
					...{ cache: this.#cache, repository, load, log },
					onGone: (id) => this.hide(id),
				})
			: null;
	}

	/** Begins to end stale sessions, and to look at what other servers do. */
	start(): void {
		this.#sweep.start();
		this.#foreign?.start();
	}

	/** Stops taking changes, brings the snapshots up to date; resolves when all answers are out. */
	async close(): Promise<void> {
		await this.#sweep.stop();
		await this.#foreign?.stop();
		if (this.#deps.commits.refusal() === null)
			for (const live of this.#cache.dirty()) if (!this.#changes.writeSnapshot(live)) break;
		await this.#deps.commits.drain();
	}

	create(
		request: { readonly durationSeconds: number; readonly key: string | null },
		sink: AnswerSink<Session>,
	): void {
		const durationMs = Math.round(request.durationSeconds * 1000);
		const { key } = request;
		if (key === null) this.#createNew(durationMs, null, sink);
		else
			this.#decideAgain(sink, (gate) => {
				this.#createOnce(durationMs, key, gate).catch((error: unknown) =>
					gate.fail(this.#expected(error)),
				);
			});
	}

	single(sessionId: string, call: SingleCall, sink: AnswerSink<SingleAnswer>): void {
		this.#decideAgain(sink, (gate) =>
			this.#withSession(sessionId, gate, (live) => decideSingle(this.#decider, live, call, gate)),
		);
	}

	play(
		sessionId: string,
		moves: readonly NormalMove[],
		sink: AnswerSink<MovesAnswer>,
		origin: object | null = null,
	): void {
		this.#decideAgain(sink, (gate) =>
			this.#withSession(sessionId, gate, (live) =>
				decideMoves(this.#decider, live, { moves, origin }, gate),
			),
		);
	}

	view(sessionId: string, sink: AnswerSink<Session>): void {
		this.#decideAgain(sink, (gate) =>
			this.#withSession(sessionId, gate, (live) =>
				this.#changes.whenDurable(live, gate, () => gate.send(this.#viewOf(live.record), false)),
			),
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
		const { commits, readCounters, localDay, now } = this.#deps;
		return countsView((await readCounters?.()) ?? commits.counters, localDay(now()));
	}

	moveCounts(): Readonly<MoveCounts> {
		return this.#changes.counts;
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

	/** For operators: whether it is in memory here, and how many watch it. */
	isLive(sessionId: string): boolean {
		return this.#cache.isLive(sessionId);
	}

	watcherCount(sessionId: string): number {
		return this.#cache.watcherCount(sessionId);
	}

	/** What is stored of it has changed by other hands: whoever asks next reads it anew. */
	forget(sessionId: string): void {
		const live = this.#cache.get(sessionId);
		if (live !== undefined) this.#cache.forget(live);
	}

	/** It was removed: what is in memory of it is not shown any longer, and who watches is told. */
	hide(sessionId: string): void {
		this.forget(sessionId);
		const change = { seq: 0, stateHash: "", ended: true, origin: null, removed: true } as const;
		this.#cache.notify(sessionId, change);
	}

	// Sessions

	/**
	 * Where several servers share the sessions, another one may have changed this one since it was
	 * read here: then the change was not stored, memory has forgotten it, and the call is decided
	 * again on what is stored now (P4). Alone there is nothing to wrap.
	 */
	#decideAgain<T>(
		sink: AnswerSink<T>,
		decide: (sink: AnswerSink<T>) => void,
		triesLeft = CONFLICT_RETRIES_MAX,
	): void {
		if (!this.#deps.repository.isShared || triesLeft === 0) {
			decide(sink);
			return;
		}
		decide({
			send: (answer, replayed) => sink.send(answer, replayed),
			fail: (error) => {
				// Not before all that was rejected with it has been told: until then memory still holds
				// what was not stored, and a change decided on that would find its place in the log.
				if (error.code === "STORAGE_CONFLICT")
					queueMicrotask(() => this.#decideAgain(sink, decide, triesLeft - 1));
				else sink.fail(error);
			},
		});
	}

	#withSession<T>(id: string, sink: AnswerSink<T>, then: (live: LiveSession) => void): void {
		const live = this.#cache.get(id);
		if (live !== undefined) {
			this.#admit(live, sink, then);
			return;
		}
		this.#load(id)
			.then((loaded) => {
				if (loaded === null) sink.fail(new SavepointError("SESSION_NOT_FOUND"));
				else this.#admit(loaded, sink, then);
			})
			.catch((error: unknown) => sink.fail(this.#expected(error)));
	}

	/** While a removal is on its way to the disk, nobody knows yet whether the session is there. */
	#admit<T>(live: LiveSession, sink: AnswerSink<T>, then: (live: LiveSession) => void): void {
		if (live.leaving !== true) {
			then(live);
			return;
		}
		const { key, id } = live.record;
		this.#deps.commits.afterPending(key, {
			committed: () => this.#withSession(id, sink, then),
			failed: (error) => sink.fail(error),
		});
	}

	/** As it is stored now, also where another server has changed it since it was read here. */
	async #current(id: string): Promise<LiveSession | null> {
		const { repository } = this.#deps;
		const live = this.#cache.get(id);
		if (live === undefined) return this.#load(id);
		if (!repository.isShared || live.pending > 0 || (await repository.isCurrent(live.record)))
			return live;
		this.#cache.forget(live);
		return this.#load(id);
	}

	async #load(id: string): Promise<LiveSession | null> {
		if (!looksLikeId(id)) return null;
		return this.#cache.load(id, async () => {
			const stored = await this.#deps.repository.load(id);
			return stored === null ? null : { ...stored, pending: 0 };
		});
	}

	#expected(error: unknown): SavepointError {
		if (error instanceof SavepointError) return error;
		return new SavepointError("INTERNAL", undefined, { cause: error });
	}

	#viewOf(record: SessionRecord): Session {
		const nowMs = this.#deps.now();
		const downtimeMs = this.#deps.commits.downtimeMsAt(nowMs);
		return sessionView(record, { nowMs, downtimeMs, generation: this.#generation });
	}

	get #generation(): number {
		return this.#deps.generation ?? 1;
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
			if (id !== null) throw new SavepointError("SESSION_NOT_FOUND");
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
		else sink.send(createdView(record, this.#generation), true);
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
			pausedMs: 0,
			playLeadMs: 0,
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
					sink.send(createdView(record, this.#generation), false);
				},
				failed: (error) => {
					if (createKey !== null) this.#creating.delete(createKey);
					sink.fail(error);
				},
			},
		);
	}

	/** Ends a session whose time is long over, unless a player was quicker. */
	async #endStale(id: string): Promise<void> {
		const live = this.#cache.get(id) ?? (await this.#load(id));
		if (live === null || live.leaving || live.record.state.result !== null) return;
		const refusal = this.#deps.commits.refusal();
		if (refusal !== null) throw refusal;
		const nowMs = this.#deps.now();
		const body: LoggedBody = { type: "end", claim: null, stale: true };
		this.#changes.apply(live.record, body, nowMs);
		const batch = this.#deps.commits.begin();
		this.#changes.appendEntry(batch, live, {
			moveId: null,
			playMs: null,
			recordedAtMs: nowMs,
			body,
			refusal: null,
		});
		await new Promise<void>((resolve, reject) => {
			// Another server that was quicker has done the same; the next sweep sees it.
			const failed = (error: SavepointError): void =>
				this.#deps.repository.isShared && error.code === "STORAGE_CONFLICT"
					? resolve()
					: reject(error);
			this.#changes.finish(batch, live, { nowMs }, { committed: resolve, failed });
		});
	}
}
