import type { CommitQueue } from "@savepoint/backend/storage/commit-queue";
import type { SqlValue, WriteBatch } from "@savepoint/backend/storage/driver";
import type { StatementList } from "@savepoint/backend/storage/module";
import type { Commits, CommitWaiter } from "@savepoint/backend/storage/ports";
import Database, { type Database as Connection, type Statement } from "better-sqlite3";

/**
 * The usual way to be durable: each request commits for itself, synced, on the event loop. Same
 * tables, same statements, same settings; only the group and the thread are missing.
 */
export class PerRequestCommits implements Commits {
	readonly #connection: Connection;
	readonly #statements: readonly { statement: Statement; paramCount: number }[];
	readonly #queue: CommitQueue;
	#batch: WriteBatch = [];

	constructor(path: string, statements: StatementList, queue: CommitQueue) {
		this.#connection = new Database(path);
		this.#connection.pragma("journal_mode = wal");
		this.#connection.pragma("synchronous = full");
		this.#statements = statements.all.map(({ sql, paramCount }) => ({
			statement: this.#connection.prepare(sql.replaceAll(/\$\d+/g, "?")),
			paramCount,
		}));
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
		this.#connection.transaction(() => this.#run(this.#batch))();
		waiter.committed();
	}

	afterPending(_sessionKey: number, waiter: CommitWaiter): void {
		waiter.committed();
	}

	async drain(): Promise<void> {
		this.#connection.close();
	}

	#run(batch: readonly SqlValue[]): void {
		let at = 0;
		while (at < batch.length) {
			const prepared = this.#statements[Number(batch[at])];
			if (prepared === undefined) throw new Error("unknown statement");
			const from = at + 2;
			at = from + prepared.paramCount;
			prepared.statement.run(batch.slice(from, at));
		}
	}
}
