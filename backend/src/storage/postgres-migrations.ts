import type { MigrationDriver, SqlRow, SqlValue } from "./driver.js";
import { asParameter, type Connections, select } from "./postgres-connection.js";
import { isPassing, translatePostgresError } from "./postgres-errors.js";

const TRIES = 5;
/** Two servers create the same table at once: one of them finds it half there. */
const isSameMoment = (error: unknown): boolean =>
	isPassing(error) ||
	(error instanceof Error && "code" in error && /^(23505|42P07|42701)$/.test(String(error.code)));

/**
 * Migrations where several servers may start at once. The record is written first: it is the lock.
 * A second server waits on the row of the first, then finds it there and leaves the script out. No
 * advisory lock is needed for that, which not every engine of this dialect has.
 */
export class PostgresMigrations implements MigrationDriver {
	readonly engine = "postgres";
	readonly #connections: Connections;

	constructor(connections: Connections) {
		this.#connections = connections;
	}

	select(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		return select(this.#connections, sql, params).catch((error: unknown) => {
			throw translatePostgresError(error);
		});
	}

	async applyMigration(
		script: string,
		record: { readonly sql: string; readonly params: readonly SqlValue[] },
	): Promise<void> {
		for (let tries = 1; ; tries += 1)
			try {
				await this.#applyOnce(script, record);
				return;
			} catch (error) {
				if (tries === TRIES || !isSameMoment(error)) throw translatePostgresError(error);
			}
	}

	async #applyOnce(
		script: string,
		record: { readonly sql: string; readonly params: readonly SqlValue[] },
	): Promise<void> {
		await this.#connections.begin(async (transaction) => {
			// A migration may have to wait longer than a move may: for a large table, for another server.
			await transaction.unsafe("set local statement_timeout = 0; set local lock_timeout = 0");
			if (script === "") {
				await transaction.unsafe(record.sql, record.params.map(asParameter));
				return;
			}
			const { count } = await transaction.unsafe(
				`${record.sql} on conflict do nothing`,
				record.params.map(asParameter),
			);
			if (count === 1) await transaction.unsafe(script);
		});
	}
}
