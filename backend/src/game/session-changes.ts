import {
	applyMove,
	MOVES_PER_SESSION_MAX,
	type MoveBody,
	type RefusalCode,
	setState,
	stateHash,
} from "@savepoint/core";
import type { CountedState, CounterChange } from "../counters.js";
import { SavepointError } from "../errors.js";
import { artifactIdFor } from "../ids.js";
import type { WriteBatch } from "../storage/driver.js";
import type {
	Commits,
	CommitWaiter,
	LoggedBody,
	NewEntry,
	PreparedWrite,
	SessionRecord,
	SessionRepository,
	SetBody,
} from "../storage/ports.js";
import type { AnswerSink, SessionChange, SingleBody } from "./answers.js";
import type { LiveSession, SessionCache } from "./session-cache.js";
import { noteLead } from "./views.js";

export interface SessionChangesDeps {
	readonly repository: SessionRepository;
	readonly commits: Commits;
	readonly cache: SessionCache;
}

/** Moves that were decided since the start. */
export interface MoveCounts {
	applied: number;
	refused: number;
	/** Sent again, and answered as the first time. */
	replayed: number;
}

export interface SetOrder {
	readonly body: SetBody;
	readonly nowMs: number;
	/** When the last of all other sessions was completed. */
	readonly othersCompletedAtMs: number | null;
	/** What is stored in the same transaction; asked for when the session is in its new state. */
	readonly along?: () => readonly PreparedWrite[];
}

const pushAll = (
	batch: WriteBatch,
	{ key }: SessionRecord,
	writes: readonly PreparedWrite[],
): void => {
	for (const { place, params } of writes) batch.push(place, key, ...params);
};

const countedState = ({ state, stale, endedAtMs }: SessionRecord): CountedState => ({
	result: state.result,
	stale,
	endedAtMs,
});

/**
 * What every change of a live session shares: the rules, the log, the gate and the way back. Memory
 * is ahead of the disk from `apply` until the waiter hears `committed`; when it hears `failed`
 * instead, the session is forgotten, so that the next call reads what is stored.
 */
export class SessionChanges {
	readonly #deps: SessionChangesDeps;
	readonly counts: MoveCounts = { applied: 0, refused: 0, replayed: 0 };

	constructor(deps: SessionChangesDeps) {
		this.#deps = deps;
	}

	/**
	 * Puts an operator's state in the place of the session's own, as the next entry of its log, and
	 * counts it in the same transaction; also on an ended session and in a full log.
	 */
	set(live: LiveSession, order: SetOrder, waiter: CommitWaiter): void {
		const { record } = live;
		const from = countedState(record);
		const batch = this.#deps.commits.begin();
		this.#appendSet(batch, record, order.body, order.nowMs);
		this.#checkPresence(batch, record);
		pushAll(batch, record, order.along?.() ?? []);
		const { othersCompletedAtMs } = order;
		const change = { kind: "set", from, to: countedState(record), othersCompletedAtMs } as const;
		this.#finishOperator(live, change, waiter);
	}

	/** An operator ends the session as abandoned; other than a player's end it is no activity. */
	endByOperator(
		live: LiveSession,
		{ nowMs, along }: Pick<SetOrder, "nowMs" | "along">,
		waiter: CommitWaiter,
	): void {
		const { record } = live;
		const from = countedState(record);
		const body: LoggedBody = { type: "end", claim: null, stale: false, operator: true };
		this.apply(record, body, nowMs);
		const batch = this.#deps.commits.begin();
		const logged = { moveId: null, playMs: null, recordedAtMs: nowMs, refusal: null };
		this.appendEntry(batch, live, { ...logged, body });
		this.#checkPresence(batch, record);
		pushAll(batch, record, along?.() ?? []);
		// An abandoned session is not a completed one, so the others do not matter.
		const to = countedState(record);
		this.#finishOperator(live, { kind: "set", from, to, othersCompletedAtMs: null }, waiter);
	}

	/** Takes the session away by `writes`; what waits behind it finds out by the waiter's outcome. */
	remove(live: LiveSession, writes: readonly PreparedWrite[], waiter: CommitWaiter): void {
		const { repository, commits, cache } = this.#deps;
		const { record } = live;
		const batch = commits.begin();
		// What it counts as must be what is stored, also where another server could have ended it.
		if (repository.isShared) repository.appendVersionCheck(batch, record);
		pushAll(batch, record, writes);
		live.leaving = true;
		live.pending += 1;
		const { stale } = record;
		commits.finish(
			record.key,
			{ kind: "removed", result: record.state.result, stale },
			{
				committed: () => {
					cache.forget(live);
					waiter.committed();
				},
				failed: (error) => {
					cache.forget(live);
					waiter.failed(error);
				},
			},
		);
	}

	/** A removed session comes back; `body` where it goes on being played. No copy is in memory. */
	bringBack(
		record: SessionRecord,
		order: {
			readonly nowMs: number;
			readonly body: SetBody | null;
			readonly writes: readonly PreparedWrite[];
		},
		waiter: CommitWaiter,
	): void {
		const { result } = record.state;
		const batch = this.#deps.commits.begin();
		if (order.body !== null) this.#appendSet(batch, record, order.body, order.nowMs);
		pushAll(batch, record, order.writes);
		const change = { kind: "returned", result, stale: record.stale } as const;
		this.#deps.commits.finish(record.key, change, waiter);
	}

	/** The record is what `body` says, by the next entry of its log. */
	#appendSet(batch: WriteBatch, record: SessionRecord, body: SetBody, nowMs: number): void {
		const { repository } = this.#deps;
		setState(record.state, body);
		record.endedAtMs = body.endedAtMs;
		record.stale = body.stale;
		record.lastPlayMs = body.lastPlayMs;
		record.pausedMs = body.pausedMs;
		record.playLeadMs = 0;
		const logged = { moveId: null, playMs: null, recordedAtMs: nowMs, refusal: null };
		repository.appendEntry(batch, record, { ...logged, body });
		repository.replaceSnapshot(batch, record);
	}

	#finishOperator(live: LiveSession, change: CounterChange, waiter: CommitWaiter): void {
		const { commits, cache } = this.#deps;
		const { record } = live;
		const { seq } = record;
		const hash = stateHash(record.state);
		const ended = record.state.result !== null;
		live.pending += 1;
		commits.finish(record.key, change, {
			committed: () => {
				live.pending -= 1;
				waiter.committed();
				cache.notify(record.id, { seq, stateHash: hash, ended, origin: null });
			},
			failed: (error) => {
				cache.forget(live);
				waiter.failed(error);
			},
		});
	}

	/** null when the move was applied. A full log takes nothing but the end. */
	apply(record: SessionRecord, logged: LoggedBody, nowMs: number): RefusalCode | null {
		if (record.seq >= MOVES_PER_SESSION_MAX && logged.type !== "end") return "TOO_MANY_MOVES";
		const outcome = applyMove(record.state, toPlay(logged, record, nowMs));
		if (outcome.applied) {
			this.counts.applied += 1;
			return null;
		}
		this.counts.refused += 1;
		return outcome.code;
	}

	/** Queues an entry that `apply` has decided; an applied end takes the snapshot along. */
	appendEntry(batch: WriteBatch, live: LiveSession, entry: NewEntry): void {
		const { repository, commits } = this.#deps;
		const { record } = live;
		const { playMs, recordedAtMs: nowMs } = entry;
		if (playMs !== null)
			noteLead(record, playMs, { nowMs, downtimeMs: commits.downtimeMsAt(nowMs) });
		const keyed = repository.appendEntry(batch, record, entry);
		if (keyed !== null && entry.moveId !== null)
			this.#deps.cache.remember(live, entry.moveId, keyed);
		if (entry.body.type !== "end" || entry.refusal !== null) return;
		record.endedAtMs = entry.recordedAtMs;
		record.stale = entry.body.stale;
		repository.appendSnapshot(batch, record);
	}

	/** An entry's place in the log is its own check; a removal by another server takes none. */
	#checkPresence(batch: WriteBatch, record: SessionRecord): void {
		const { repository } = this.#deps;
		if (repository.isShared) repository.appendPresenceCheck(batch, record);
	}

	/** Hands over what was appended to `batch` since `begin`, as one change of this session. */
	finish(
		batch: WriteBatch,
		live: LiveSession,
		{ nowMs, origin = null }: { readonly nowMs: number; readonly origin?: object | null },
		waiter: CommitWaiter,
	): void {
		const { record } = live;
		const { result } = record.state;
		this.#checkPresence(batch, record);
		const change: SessionChange | null = this.#deps.cache.isWatched(record.id)
			? { seq: record.seq, stateHash: stateHash(record.state), ended: result !== null, origin }
			: null;
		live.pending += 1;
		this.#deps.commits.finish(
			record.key,
			// Nothing changes a session after its end, so a change that leaves it ended has ended it.
			result === null
				? { kind: "activity", atMs: nowMs }
				: { kind: "ended", atMs: nowMs, result, stale: record.stale },
			{
				committed: () => {
					live.pending -= 1;
					waiter.committed();
					this.#deps.cache.trim(live);
					if (change !== null) this.#deps.cache.notify(record.id, change);
				},
				failed: (error) => {
					this.#deps.cache.forget(live);
					waiter.failed(error);
				},
			},
		);
	}

	/** The gate for answers that change nothing: what they show must be on disk. */
	whenDurable<T>(live: LiveSession, sink: AnswerSink<T>, committed: () => void): void {
		// What waits for its own sync is checked by it: the place in the log that it takes is free.
		if (this.#deps.repository.isShared && live.pending === 0)
			this.#whenCurrent(live, sink, committed);
		else this.#whenStored(live, sink, committed);
	}

	/** Where other servers may have changed the session, what is in memory is a hint (P4). */
	#whenCurrent<T>(live: LiveSession, sink: AnswerSink<T>, committed: () => void): void {
		const { repository, cache } = this.#deps;
		repository.isCurrent(live.record).then(
			(isCurrent) => {
				if (isCurrent) this.#whenStored(live, sink, committed);
				else {
					cache.forget(live);
					sink.fail(new SavepointError("STORAGE_CONFLICT"));
				}
			},
			(error: unknown) =>
				sink.fail(
					error instanceof SavepointError
						? error
						: new SavepointError("INTERNAL", undefined, { cause: error }),
				),
		);
	}

	#whenStored<T>(live: LiveSession, sink: AnswerSink<T>, committed: () => void): void {
		if (live.pending === 0) committed();
		else
			this.#deps.commits.afterPending(live.record.key, {
				committed,
				failed: (error) => sink.fail(error),
			});
	}

	/**
	 * False when no change can be taken now. Where other servers may be ahead of us, a snapshot comes
	 * with an entry of the log only, whose place nobody else can have taken.
	 */
	writeSnapshot(live: LiveSession): boolean {
		const { commits, repository } = this.#deps;
		if (repository.isShared || commits.refusal() !== null) return false;
		live.pending += 1;
		this.#deps.repository.appendSnapshot(this.#deps.commits.begin(), live.record);
		this.#deps.commits.finish(live.record.key, null, {
			committed: () => {
				live.pending -= 1;
			},
			failed: () => this.#deps.cache.forget(live),
		});
		return true;
	}
}

/** A body as the log keeps it. */
export const asLogged = (body: SingleBody | MoveBody): LoggedBody =>
	body.type === "end" ? { ...body, stale: false } : body;

const toPlay = (logged: LoggedBody, record: SessionRecord, nowMs: number): MoveBody =>
	logged.type === "spawn" && logged.artifactId === null
		? { ...logged, artifactId: artifactIdFor(record.id, record.seq + 1, nowMs) }
		: (logged as MoveBody);
