import { MOVE_WAL_BYTES } from "../limits.js";
import type { SqlRow, SqlValue } from "./driver.js";
import { makeDirectoryDurable } from "./durable-files.js";
import { assessFileSystem } from "./file-system.js";
import { migrate, readMigrations } from "./migrate.js";
import type { StorageModule } from "./module.js";
import type { MoveTarget, MoveWriter, RowKey, TableShape } from "./move/ports.js";
import { refuse } from "./move/standing.js";
import { conflictClause } from "./move/tables.js";
import { fileBytes } from "./sqlite-access.js";
import { named } from "./sqlite-binding.js";
import { createDatabase } from "./sqlite-create.js";
import { translateSqliteError } from "./sqlite-errors.js";
import { inspectDatabase } from "./sqlite-inspect.js";
import type { DirectoryLock } from "./sqlite-lock.js";
import { closeWhole, expectWrites, lockForMove } from "./sqlite-move-source.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { openConnection, readFrom, SqlitePlace } from "./sqlite-place.js";
import { applyWriterSettings } from "./sqlite-settings.js";

export interface SqliteTargetOrder {
	readonly paths: DatabasePaths;
	readonly requireVolume: boolean;
	readonly allowNetworkFileSystem: boolean;
	readonly modules: readonly StorageModule[];
}

/** A database file that is moved to; nobody else has it meanwhile. */
export class SqliteMoveTarget extends SqlitePlace implements MoveTarget {
	readonly isShared = false;
	readonly #lock: DirectoryLock;
	#instanceId: string | null = null;

	/** Makes the file where there is none, and brings its schema up to date. */
	static async open(order: SqliteTargetOrder): Promise<SqliteMoveTarget> {
		const { paths } = order;
		makeDirectoryDurable(paths.directory);
		assessFileSystem(paths.directory, order);
		const lock = lockForMove(paths);
		try {
			// 1. What is there, as the server's start looks at it.
			const found = inspectDatabase(paths);
			if (found.kind === "fresh") createDatabase(paths, new Date());
			else if (found.kind !== "sound") throw refuse(found.reason);
			// 2. A kill from here on leaves a -wal that is known as ours.
			expectWrites(paths);
			const target = new SqliteMoveTarget(paths, lock);
			await target.#migrate(order.modules);
			return target;
		} catch (error) {
			lock.release();
			throw error;
		}
	}

	private constructor(paths: DatabasePaths, lock: DirectoryLock) {
		const connection = openConnection(paths, { readonly: false });
		super(paths, connection);
		this.#lock = lock;
		try {
			applyWriterSettings(connection);
			// Ids come in no order: their index is written all over.
			connection.pragma("cache_size = -65536");
		} catch (error) {
			connection.close();
			throw translateSqliteError(error);
		}
	}

	async transaction(work: (writer: MoveWriter) => Promise<void>): Promise<void> {
		try {
			this.connection.exec("begin immediate");
			await work(this.#writer);
			this.connection.exec("commit");
		} catch (error) {
			if (this.connection.inTransaction) this.connection.exec("rollback");
			throw translateSqliteError(error);
		}
		if ((fileBytes(this.paths.wal) ?? 0) >= MOVE_WAL_BYTES)
			this.connection.pragma("wal_checkpoint(truncate)");
	}

	async settle(instanceId: string): Promise<void> {
		this.connection.pragma("wal_checkpoint(truncate)");
		this.#instanceId = instanceId;
	}

	override async close(): Promise<void> {
		try {
			closeWhole(
				this.paths,
				() => this.connection.pragma("wal_checkpoint(truncate)"),
				() => this.connection.close(),
				this.#instanceId,
			);
		} finally {
			this.#lock.release();
		}
	}

	async #migrate(modules: readonly StorageModule[]): Promise<void> {
		const { connection } = this;
		try {
			await migrate(
				{
					engine: "sqlite",
					select: (sql, params = []) => this.select(sql, params),
					applyMigration: async (script, record) =>
						connection.transaction(() => {
							connection.exec(script);
							connection.prepare(record.sql).run(named(record.params));
						})(),
				},
				readMigrations(modules, "sqlite"),
				Date.now,
			);
		} catch (error) {
			connection.close();
			throw translateSqliteError(error);
		}
	}

	readonly #writer: MoveWriter = {
		run: async (sql, params = []) => {
			this.statement(sql).run(named(params));
		},
		put: async (table, rows, replace) => this.#put(table, rows, replace),
		clear: async (tables) => {
			for (const from of tables.flatMap(readFrom)) this.connection.exec(`delete from ${from}`);
		},
		remove: async (table, keys) => this.#remove(table, keys),
		removeSessions: async (table, sessionKeys) => {
			for (const from of readFrom(table.name))
				for (const key of sessionKeys)
					this.statement(`delete from ${from} where session_key = ?`).run(key);
		},
	};

	#put(table: TableShape, rows: readonly SqlRow[], replace: boolean): void {
		const marks = table.columns.map(() => "?").join(", ");
		const statement = this.statement(
			`insert into ${table.name} (${table.columns.join(", ")}) values (${marks})
			${conflictClause(table, replace)}`,
		);
		for (const row of rows)
			statement.run(table.columns.map((column): SqlValue => row[column] ?? null));
		if (table.name === "moves") this.#listForPacking(rows);
	}

	/** Logs of finished sessions that lie in rows are packed by the next server (Z1). */
	#listForPacking(rows: readonly SqlRow[]): void {
		const list = this.statement(
			`insert or ignore into logs_to_pack
				select session_key from sessions where session_key = ? and result is not null`,
		);
		for (const key of new Set(rows.map((row) => row["session_key"]))) list.run(key);
	}

	#remove(table: TableShape, keys: readonly RowKey[]): void {
		const where = table.key.map((column) => `${column} = ?`).join(" and ");
		for (const from of readFrom(table.name))
			for (const key of keys) this.statement(`delete from ${from} where ${where}`).run([...key]);
	}
}
