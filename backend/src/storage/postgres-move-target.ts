import type { TransactionSql } from "postgres";
import type { SqlRow, SqlValue } from "./driver.js";
import { migrate, readMigrations } from "./migrate.js";
import type { StorageModule } from "./module.js";
import type { MoveTarget, MoveWriter, RowKey, TableShape } from "./move/ports.js";
import { conflictClause } from "./move/tables.js";
import { arrayLiteral } from "./postgres-batch.js";
import { asParameter } from "./postgres-connection.js";
import { translatePostgresError } from "./postgres-errors.js";
import { PostgresMigrations } from "./postgres-migrations.js";
import { PostgresPlace } from "./postgres-place.js";
import { demandDurableSettings } from "./postgres-settings.js";

type Transaction = Pick<TransactionSql, "unsafe">;

/** A database that is moved to: rows go in as arrays, one statement a table and batch. */
export class PostgresMoveTarget extends PostgresPlace implements MoveTarget {
	readonly isShared = true;

	/** Brings the schema up to date, where the settings make a commit durable (P1). */
	static async open(url: string, modules: readonly StorageModule[]): Promise<PostgresMoveTarget> {
		const target = new PostgresMoveTarget(url);
		try {
			await demandDurableSettings(target.connections);
			const migrations = new PostgresMigrations(target.connections);
			await migrate(migrations, readMigrations(modules, "postgres"), Date.now);
			await target.tables();
			return target;
		} catch (error) {
			await target.close();
			throw translatePostgresError(error);
		}
	}

	async transaction(work: (writer: MoveWriter) => Promise<void>): Promise<void> {
		await this.translated(
			this.connections.begin((transaction) => work(this.#writerOf(transaction))),
		);
	}

	/** What is committed is there for every server; the planner learns how much it is. */
	async settle(): Promise<void> {
		await this.select("analyze");
	}

	#writerOf(transaction: Transaction): MoveWriter {
		const run = async (sql: string, params: readonly SqlValue[] = []): Promise<void> => {
			await transaction.unsafe(sql, params.map(asParameter), { prepare: true });
		};
		return {
			run,
			put: (table, rows, replace) => this.#put(run, table, { rows, replace }),
			clear: (tables) => run(`truncate ${tables.join(", ")}`),
			remove: (table, keys) => this.#remove(run, table, keys),
			async removeSessions(table, sessionKeys) {
				if (sessionKeys.length === 0) return;
				await transaction.unsafe(
					`delete from ${table.name} where session_key in (${sessionKeys.join(", ")})`,
				);
			},
		};
	}

	async #put(
		run: MoveWriter["run"],
		table: TableShape,
		{ rows, replace }: { readonly rows: readonly SqlRow[]; readonly replace: boolean },
	): Promise<void> {
		if (rows.length === 0) return;
		const { name, columns } = table;
		await run(
			`insert into ${name} (${columns.join(", ")})
			select * from unnest(${this.#arrays(name, columns)})
			${conflictClause(table, replace)}`,
			columns.map((column) => arrayLiteral(rows.map((row) => row[column] ?? null))),
		);
	}

	async #remove(
		run: MoveWriter["run"],
		{ name, key }: TableShape,
		keys: readonly RowKey[],
	): Promise<void> {
		if (keys.length === 0) return;
		await run(
			`delete from ${name} where (${key.join(", ")}) in (
				select * from unnest(${this.#arrays(name, key)}))`,
			key.map((_, at) => arrayLiteral(keys.map((values) => values[at] ?? null))),
		);
	}

	#arrays(table: string, columns: readonly string[]): string {
		return columns.map((column, at) => `$${at + 1}::${this.typeOf(table, column)}[]`).join(", ");
	}
}
