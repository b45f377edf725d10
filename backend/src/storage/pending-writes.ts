import type { CounterChange } from "../counters.js";
import type { WriteBatch } from "./driver.js";
import type { CommitWaiter } from "./ports.js";

/**
 * The changes that will share one transaction, as parallel lists: the hot path makes no object for
 * a change, and only the rare removal of a rejected session has to cut the lists apart.
 */
export class PendingWrites {
	values: WriteBatch = [];
	#groups: number[] = [];
	/** Where the values of each change begin. */
	#starts: number[] = [];
	changes: (CounterChange | null)[] = [];
	waiters: CommitWaiter[] = [];
	#heartbeat = false;
	#open = 0;

	get length(): number {
		return this.waiters.length;
	}

	/** Only reads wait here: there is nothing to store. */
	get isEmptyOfChanges(): boolean {
		return this.values.length === 0 && !this.#heartbeat;
	}

	get hasHeartbeat(): boolean {
		return this.#heartbeat;
	}

	get hasCounterChange(): boolean {
		return this.changes.some((change) => change !== null);
	}

	/** Opens a change; its statements are pushed on the list that comes back. */
	begin(): WriteBatch {
		this.#open = this.values.length;
		return this.values;
	}

	/** Closes the change that `begin` opened. */
	finish(group: number, change: CounterChange | null, waiter: CommitWaiter): void {
		this.#groups.push(group);
		this.#starts.push(this.#open);
		this.changes.push(change);
		this.waiters.push(waiter);
	}

	/** A batch that stores nothing but the time. */
	addHeartbeat(waiter: CommitWaiter): void {
		this.begin();
		this.finish(0, null, waiter);
		this.#heartbeat = true;
	}

	/** Takes every change of the group out, and gives back who waited for them. */
	remove(group: number): CommitWaiter[] {
		const kept = new PendingWrites();
		const removed: CommitWaiter[] = [];
		for (let at = 0; at < this.length; at += 1) {
			const waiter = this.waiters[at] as CommitWaiter;
			if (this.#groups[at] === group) {
				removed.push(waiter);
				continue;
			}
			const end = this.#starts[at + 1] ?? this.values.length;
			const values = kept.begin();
			for (let i = this.#starts[at] as number; i < end; i += 1) values.push(this.values[i] ?? null);
			kept.finish(this.#groups[at] as number, this.changes[at] ?? null, waiter);
		}
		this.values = kept.values;
		this.#groups = kept.#groups;
		this.#starts = kept.#starts;
		this.changes = kept.changes;
		this.waiters = kept.waiters;
		return removed;
	}
}
