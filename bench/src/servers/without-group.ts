import type { CommitQueue } from "@savepoint/backend/storage/commit-queue";
import type { SqlValue, WriteBatch } from "@savepoint/backend/storage/driver";
import type { Commits, CommitWaiter } from "@savepoint/backend/storage/ports";

/**
 * The gate without its group: every request is stored for itself, how says whoever extends it.
 * Nothing waits behind anything else; clock and counters are those of the queue, which is idle.
 */
export abstract class WithoutGroup implements Commits {
	readonly trouble = null;
	readonly #queue: CommitQueue;
	#batch: WriteBatch = [];

	constructor(queue: CommitQueue) {
		this.#queue = queue;
	}

	refusal(): null {
		return null;
	}

	get counters(): CommitQueue["counters"] {
		return this.#queue.counters;
	}

	downtimeMsAt(nowMs: number): number {
		return this.#queue.downtimeMsAt(nowMs);
	}

	begin(): WriteBatch {
		this.#batch = [];
		return this.#batch;
	}

	finish(_sessionKey: number, _change: unknown, waiter: CommitWaiter): void {
		this.store(this.#batch, waiter);
	}

	afterPending(_sessionKey: number, waiter: CommitWaiter): void {
		waiter.committed();
	}

	abstract drain(): Promise<void>;

	/** One transaction; then `committed`. */
	protected abstract store(batch: WriteBatch, waiter: CommitWaiter): void;
}

/** The statements of a batch, in order, each with its parameters. */
export function* statementsOf<T extends { readonly paramCount: number }>(
	batch: readonly SqlValue[],
	statements: readonly T[],
): Iterable<readonly [statement: T, params: readonly SqlValue[]]> {
	let at = 0;
	while (at < batch.length) {
		const statement = statements[Number(batch[at])];
		if (statement === undefined) throw new Error("unknown statement");
		const from = at + 2;
		at = from + statement.paramCount;
		yield [statement, batch.slice(from, at)];
	}
}
