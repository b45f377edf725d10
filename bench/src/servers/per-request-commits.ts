import type { CommitQueue } from "@savepoint/backend/storage/commit-queue";
import type { WriteBatch } from "@savepoint/backend/storage/driver";
import type { StatementList } from "@savepoint/backend/storage/module";
import type { CommitWaiter } from "@savepoint/backend/storage/ports";
import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import { statementsOf, WithoutGroup } from "./without-group.js";

/**
 * The usual way to be durable: each request commits for itself, synced, on the event loop. Same
 * tables, same statements, same settings; only the group and the thread are missing.
 */
export class PerRequestCommits extends WithoutGroup {
	readonly #connection: Connection;
	readonly #statements: readonly { statement: Statement; paramCount: number }[];

	constructor(path: string, statements: StatementList, queue: CommitQueue) {
		super(queue);
		this.#connection = new Database(path);
		this.#connection.pragma("journal_mode = wal");
		this.#connection.pragma("synchronous = full");
		this.#statements = statements.all.map(({ sql, paramCount }) => ({
			statement: this.#connection.prepare(sql.replaceAll(/\$\d+/g, "?")),
			paramCount,
		}));
	}

	async drain(): Promise<void> {
		this.#connection.close();
	}

	protected store(batch: WriteBatch, waiter: CommitWaiter): void {
		this.#connection.transaction(() => {
			for (const [{ statement }, params] of statementsOf(batch, this.#statements))
				statement.run(params);
		})();
		waiter.committed();
	}
}
