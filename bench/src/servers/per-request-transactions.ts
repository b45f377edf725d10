import type { CommitQueue } from "@savepoint/backend/storage/commit-queue";
import type { WriteBatch, WriteStatement } from "@savepoint/backend/storage/driver";
import type { StatementList } from "@savepoint/backend/storage/module";
import type { CommitWaiter } from "@savepoint/backend/storage/ports";
import {
	asParameter,
	type Connections,
	connect,
} from "@savepoint/backend/storage/postgres-connection";
import { statementsOf, WithoutGroup } from "./without-group.js";

/** As many as a pool usually has. */
const CONNECTIONS = 16;

/**
 * The usual way to be durable on a database server: each request has a transaction of its own, on
 * one connection of a pool. Same tables, same statements, same settings, sent in one way there and
 * back; only the group is missing.
 */
export class PerRequestTransactions extends WithoutGroup {
	readonly #connections: Connections;
	readonly #statements: readonly WriteStatement[];

	constructor(url: string, statements: StatementList, queue: CommitQueue) {
		super(queue);
		this.#connections = connect({ url, max: CONNECTIONS, synchronousCommit: "on" });
		this.#statements = statements.all;
	}

	drain(): Promise<void> {
		return this.#connections.end();
	}

	protected store(batch: WriteBatch, waiter: CommitWaiter): void {
		this.#connections
			.begin((transaction) =>
				Promise.all(
					[...statementsOf(batch, this.#statements)].map(([{ sql }, params]) =>
						transaction.unsafe(sql, params.map(asParameter), { prepare: true }),
					),
				),
			)
			.then(
				() => waiter.committed(),
				(error: unknown) => {
					// A number for something that was not stored would flatter the usual way.
					console.error(error);
					process.exit(1);
				},
			);
	}
}
