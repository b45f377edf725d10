import type { CommitQueue } from "@savepoint/backend/storage/commit-queue";
import type { SqlValue, WriteBatch } from "@savepoint/backend/storage/driver";
import type { StatementList } from "@savepoint/backend/storage/module";
import type { Commits, CommitWaiter } from "@savepoint/backend/storage/ports";
import {
	asParameter,
	type Connections,
	connect,
} from "@savepoint/backend/storage/postgres-connection";

/** As many as a pool usually has. */
const CONNECTIONS = 16;

/**
 * The usual way to be durable on a database server: each request has a transaction of its own, on
 * one connection of a pool. Same tables, same statements, same settings, sent in one way there and
 * back; only the group is missing.
 */
export class PerRequestTransactions implements Commits {
	readonly #connections: Connections;
	readonly #statements: readonly { readonly sql: string; readonly paramCount: number }[];
	readonly #queue: CommitQueue;
	#batch: WriteBatch = [];

	constructor(url: string, statements: StatementList, queue: CommitQueue) {
		this.#connections = connect({ url, max: CONNECTIONS, synchronousCommit: "on" });
		this.#statements = statements.all;
		this.#queue = queue;
	}

	refusal(): null {
		return null;
	}

	readonly trouble = null;

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
		const batch = this.#batch;
		this.#connections
			.begin((transaction) => Promise.all(this.#run(transaction as unknown as Connections, batch)))
			.then(
				() => waiter.committed(),
				(error: unknown) => {
					// A number for something that was not stored would flatter the usual way.
					console.error(error);
					process.exit(1);
				},
			);
	}

	afterPending(_sessionKey: number, waiter: CommitWaiter): void {
		waiter.committed();
	}

	drain(): Promise<void> {
		return this.#connections.end();
	}

	#run(transaction: Connections, batch: readonly SqlValue[]): PromiseLike<unknown>[] {
		const running: PromiseLike<unknown>[] = [];
		let at = 0;
		while (at < batch.length) {
			const statement = this.#statements[Number(batch[at])];
			if (statement === undefined) throw new Error("unknown statement");
			const from = at + 2;
			at = from + statement.paramCount;
			const params = batch.slice(from, at).map(asParameter);
			running.push(transaction.unsafe(statement.sql, params, { prepare: true }));
		}
		return running;
	}
}
