import type { ErrorCode } from "@savepoint/core";
import {
	activeCount,
	type CounterChange,
	type Counters,
	countChange,
	noCounters,
} from "../counters.js";
import { SavepointError } from "../errors.js";
import { Histogram } from "../histogram.js";
import {
	HEAL_PROBE_MS,
	HEARTBEAT_INTERVAL_MS,
	QUEUED_VALUES_MAX,
	QUEUED_WRITES_MAX,
} from "../limits.js";
import type { Downtime, Heartbeat } from "./downtime.js";
import type { CommitOutcome, ServerSlot, SqlDriver, WriteBatch } from "./driver.js";
import { PendingWrites } from "./pending-writes.js";
import type { Commits, CommitWaiter, StorageTrouble } from "./ports.js";
import { heartbeatParams, ONLY_SLOT, pushCounters } from "./service-rows.js";

export interface CommitQueueOptions {
	readonly driver: SqlDriver;
	readonly places: { readonly heartbeat: number; readonly counters: number };
	/** Of this server's own slot. */
	readonly counters: Counters;
	readonly slot?: string;
	/**
	 * Where several servers share the database: another slot, its counters at zero. What the old one
	 * holds counts on, whatever became of the last batch that wrote it.
	 */
	readonly renewSlot?: () => Promise<ServerSlot>;
	readonly downtime: Downtime;
	readonly now: () => number;
	/**
	 * Called once, after every waiter was told: the process must stop and come back through recovery.
	 */
	readonly onLost: (code: ErrorCode, reason: string) => void;
	readonly onTrouble?: (trouble: StorageTrouble | null) => void;
	/** Tests only: answers before the commit, so that a crash test can be seen to find losses. */
	readonly answerBeforeCommit?: boolean;
}

export interface CommitGauges {
	batches: number;
	writes: number;
	largestBatch: number;
	commitMsTotal: number;
	commitMsMax: number;
	/** How many changes a batch held, and how long its transaction took. */
	readonly batchSizes: Histogram;
	readonly commitMs: Histogram;
}

const BATCH_SIZE_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096];
const COMMIT_MS_BOUNDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1_000, 5_000];

const noop = (): void => undefined;
const SILENT: CommitWaiter = { committed: noop, failed: noop };

/**
 * Group commit and the output gate, for every engine.
 *
 * What gathers while the previous transaction is syncing becomes the next one: no timer, so a lone
 * write never waits and a crowd shares a sync (G1). A waiter is told `committed` only after the
 * sync that covers its change, in commit order (A1); an answer that merely *reads* what is not yet
 * on disk waits in the same line. A change that the engine rejects fails alone, with the later
 * changes of its session (G2): the engine rolls the whole batch back and names it, and the queue
 * sends the rest again, which needs no savepoints on the way that always works. After a failure of
 * the sync nothing more is told as saved (A2).
 */
export class CommitQueue implements Commits {
	readonly gauges: CommitGauges = {
		batches: 0,
		writes: 0,
		largestBatch: 0,
		commitMsTotal: 0,
		commitMsMax: 0,
		batchSizes: new Histogram(BATCH_SIZE_BOUNDS),
		commitMs: new Histogram(COMMIT_MS_BOUNDS),
	};
	readonly #options: CommitQueueOptions;
	/** Of our slot, as of the last durable batch. */
	#counters: Counters;
	#slot: string;
	/** What our slot holds is not known, or it is gone: another one has to be taken. */
	#isSlotSpent = false;
	#gathering = new PendingWrites();
	#flushing: PendingWrites | null = null;
	#flushScheduled = false;
	#trouble: StorageTrouble | null = null;
	#state: "open" | "closing" | "lost" = "open";
	#idle: (() => void) | null = null;
	readonly #heartbeatTimer: NodeJS.Timeout;
	#lastProbeAtMs = 0;

	constructor(options: CommitQueueOptions) {
		this.#options = options;
		this.#counters = { ...options.counters };
		this.#slot = options.slot ?? ONLY_SLOT;
		this.#heartbeatTimer = setInterval(() => this.#keepAlive(), HEARTBEAT_INTERVAL_MS / 4);
	}

	/** Why no change can be taken now, before anything was changed; null when one can. */
	refusal(): SavepointError | null {
		if (this.#state === "closing") return new SavepointError("SHUTTING_DOWN");
		if (this.#state === "lost") return new SavepointError("STORAGE_RECOVERING");
		// Players read this: where the disk is mounted is for the log and `/health`.
		if (this.#trouble !== null) return new SavepointError(this.#trouble.code);
		if (
			this.#gathering.length >= QUEUED_WRITES_MAX ||
			this.#gathering.values.length >= QUEUED_VALUES_MAX
		)
			return new SavepointError("STORAGE_OVERLOADED");
		return null;
	}

	get trouble(): StorageTrouble | null {
		return this.#trouble;
	}

	/** Statistics of this server's slot as of the last sync. */
	get counters(): Readonly<Counters> {
		return this.#counters;
	}

	downtimeMsAt(nowMs: number): number {
		return this.#options.downtime.totalMsAt(nowMs);
	}

	/** How old the last durable heartbeat is. */
	heartbeatAgeMsAt(nowMs: number): number {
		return this.#options.downtime.ageMsAt(nowMs);
	}

	/** Changes that wait, and those that are being synced. */
	get depth(): number {
		return this.#gathering.length + (this.#flushing?.length ?? 0);
	}

	begin(): WriteBatch {
		return this.#gathering.begin();
	}

	/** The caller has asked `refusal` first. `sessionKey` 0 is a change of no session. */
	finish(sessionKey: number, change: CounterChange | null, waiter: CommitWaiter): void {
		if (this.#options.answerBeforeCommit === true) {
			this.#gathering.finish(sessionKey, change, SILENT);
			waiter.committed();
		} else this.#gathering.finish(sessionKey, change, waiter);
		this.#scheduleFlush();
	}

	/** Tells the waiter when all that was taken until now is on disk: the gate for reads. */
	afterPending(sessionKey: number, waiter: CommitWaiter): void {
		if (this.depth === 0) waiter.committed();
		else {
			this.begin();
			this.finish(sessionKey, null, waiter);
		}
	}

	/** Takes no more changes; resolves when all that were taken have their answer. */
	async drain(): Promise<void> {
		if (this.#state === "open") this.#state = "closing";
		if (this.depth > 0 && this.#state !== "lost")
			await new Promise<void>((resolve) => {
				this.#idle = resolve;
			});
		clearInterval(this.#heartbeatTimer);
	}

	/**
	 * The storage gave up, here or behind the driver: nothing that waits is told as saved, nothing
	 * more is taken, and `onLost` hears of it once.
	 */
	lose(code: ErrorCode, reason: string): void {
		if (this.#state === "lost") return;
		this.#state = "lost";
		clearInterval(this.#heartbeatTimer);
		this.#failAll(new SavepointError("OUTCOME_UNKNOWN"));
		this.#options.onLost(code, reason);
	}

	#scheduleFlush(): void {
		if (this.#flushScheduled || this.#flushing !== null) return;
		this.#flushScheduled = true;
		// After the requests that this turn of the event loop has already received.
		setImmediate(() => {
			this.#flushScheduled = false;
			this.#flush();
		});
	}

	#flush(): void {
		if (this.#flushing !== null || this.#state === "lost" || this.#gathering.length === 0) return;
		const writes = this.#gathering;
		this.#gathering = new PendingWrites();
		this.#flushing = writes;
		this.#send(writes);
	}

	#send(writes: PendingWrites): void {
		// 1. A list of reads only needs no transaction: what they show was synced by the batches
		// before.
		if (writes.isEmptyOfChanges) {
			this.#settle(writes);
			return;
		}
		// 2. A slot whose counters are known.
		if (this.#isSlotSpent) {
			this.#takeSlot(writes);
			return;
		}
		// 3. What the batch adds for itself: the counters after its changes, and a heartbeat when one
		// is due.
		const { driver, places, downtime, now } = this.#options;
		const batch = writes.values.slice();
		const counters = { ...this.#counters };
		for (const change of writes.changes) if (change !== null) countChange(counters, change);
		if (writes.hasCounterChange) pushCounters(batch, places.counters, counters, this.#slot);
		const nowMs = now();
		// A probe must write something: an empty transaction succeeds on a full disk, too.
		const isDue = writes.hasHeartbeat || downtime.ageMsAt(nowMs) >= HEARTBEAT_INTERVAL_MS / 4;
		const beat = isDue ? downtime.beat(nowMs) : null;
		if (beat !== null) batch.push(places.heartbeat, 0, ...heartbeatParams(beat));
		// 4. One transaction.
		void driver.commit(batch).then((outcome) => this.#conclude(writes, outcome, counters, beat));
	}

	#conclude(
		writes: PendingWrites,
		outcome: CommitOutcome,
		counters: Counters,
		beat: Heartbeat | null,
	): void {
		// Its waiters were told that their outcome is not known.
		if (this.#state === "lost") return;
		switch (outcome.kind) {
			case "committed":
				this.#counters = counters;
				if (beat !== null) this.#options.downtime.confirm(outcome.beat ?? beat);
				this.#measure(writes, outcome.commitMs);
				this.#setTrouble(null);
				this.#settle(writes);
				return;
			case "rejected":
				this.#reject(writes, outcome.groups, new SavepointError(outcome.code));
				return;
			case "unsure":
				this.#isSlotSpent = true;
				this.#setTrouble({ code: outcome.code, reason: outcome.reason });
				this.#failAll(new SavepointError("OUTCOME_UNKNOWN"));
				return;
			case "unavailable":
				this.#setTrouble({ code: outcome.code, reason: outcome.reason });
				this.#failAll(new SavepointError(outcome.code));
				return;
			case "lost":
				this.lose(outcome.code, outcome.reason);
				return;
		}
	}

	/**
	 * The next batch is on its way before the answers of this one are written: the disk is kept busy.
	 * Reads that need no transaction come after the answers of the changes they show.
	 */
	#settle(writes: PendingWrites): void {
		this.#flushing = null;
		const isOnlyReads = this.#gathering.isEmptyOfChanges;
		if (!isOnlyReads) this.#flush();
		for (const waiter of writes.waiters) waiter.committed();
		if (isOnlyReads) this.#flush();
		this.#tellIdle();
	}

	#takeSlot(writes: PendingWrites): void {
		const { renewSlot } = this.#options;
		if (renewSlot === undefined) throw new Error("the only slot there is cannot be renewed");
		renewSlot().then(
			({ name }) => {
				this.#slot = name;
				this.#counters = noCounters();
				this.#isSlotSpent = false;
				if (this.#state !== "lost") this.#send(writes);
			},
			(error: unknown) => {
				const away = error instanceof SavepointError ? error : new SavepointError("STORAGE_AWAY");
				this.#setTrouble({ code: away.code, reason: away.message });
				this.#failAll(new SavepointError(away.code));
			},
		);
	}

	/**
	 * Without these groups nothing stands in the way of the others; what they still have queued is
	 * chained to them.
	 */
	#reject(writes: PendingWrites, groups: readonly number[], error: SavepointError): void {
		// Among several servers one may have folded the slot of another that it took for gone.
		if (groups.includes(0) && this.#options.renewSlot !== undefined) this.#isSlotSpent = true;
		const sessions = groups.filter((group) => group !== 0);
		const inBatch = sessions.flatMap((group) => writes.remove(group));
		if (inBatch.length === 0 && !this.#isSlotSpent) {
			// The batch's own rows, or a session that is not in it: somebody else writes to this
			// database.
			this.lose("STORAGE_LOCKED", "Another process has written to this database meanwhile.");
			return;
		}
		const queued = sessions.flatMap((group) => this.#gathering.remove(group));
		const failed = [...inBatch, ...queued];
		for (const waiter of failed) waiter.failed(error);
		if (writes.length > 0) this.#send(writes);
		else this.#settle(writes);
	}

	#failAll(error: SavepointError): void {
		const lists = [this.#flushing, this.#gathering];
		this.#flushing = null;
		this.#gathering = new PendingWrites();
		for (const list of lists) for (const waiter of list?.waiters ?? []) waiter.failed(error);
		this.#tellIdle();
	}

	#tellIdle(): void {
		if (this.depth > 0 || this.#idle === null) return;
		this.#idle();
		this.#idle = null;
	}

	#setTrouble(trouble: StorageTrouble | null): void {
		if (this.#trouble?.code === trouble?.code) return;
		this.#trouble = trouble;
		this.#options.onTrouble?.(trouble);
	}

	/**
	 * A heartbeat of its own when no change carries one: while sessions are active, and to see
	 * storage heal.
	 */
	#keepAlive(): void {
		if (this.#state !== "open" || this.depth > 0) return;
		const nowMs = this.#options.now();
		if (this.#trouble !== null) {
			if (Math.abs(nowMs - this.#lastProbeAtMs) < HEAL_PROBE_MS) return;
			this.#lastProbeAtMs = nowMs;
		} else if (
			// Alone we know whether anybody plays; among several it may be on another server, which may
			// die.
			(this.#options.renewSlot === undefined && activeCount(this.#counters) === 0) ||
			this.#options.downtime.ageMsAt(nowMs) < HEARTBEAT_INTERVAL_MS / 2
		)
			return;
		this.#gathering.addHeartbeat(SILENT);
		this.#flush();
	}

	#measure(writes: PendingWrites, commitMs: number): void {
		const gauges = this.gauges;
		gauges.batches += 1;
		gauges.writes += writes.length;
		gauges.largestBatch = Math.max(gauges.largestBatch, writes.length);
		gauges.commitMsTotal += commitMs;
		gauges.commitMsMax = Math.max(gauges.commitMsMax, commitMs);
		gauges.batchSizes.observe(writes.length);
		gauges.commitMs.observe(commitMs);
	}
}
