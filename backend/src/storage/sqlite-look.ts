import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import { SavepointError } from "../errors.js";
import type { ReadOnlyDatabase } from "./doctor/database.js";
import type { SqlRow, SqlValue } from "./driver.js";
import { fileBytes } from "./sqlite-access.js";
import { named } from "./sqlite-binding.js";
import { translateSqliteError } from "./sqlite-errors.js";
import { inspectDatabase } from "./sqlite-inspect.js";
import { readInstance } from "./sqlite-instance.js";
import { acquireLock, isLocked } from "./sqlite-lock.js";
import { copyInSteps } from "./sqlite-online-copy.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { applyReaderSettings, readSettings } from "./sqlite-settings.js";

/**
 * A look at a database from outside the server: beside a running one, after a crash, or at one that
 * was shut down. It never writes and never brings the WAL home.
 */
export class SqliteLook implements ReadOnlyDatabase {
	readonly #connection: Connection;
	readonly #paths: DatabasePaths;
	readonly #prepared = new Map<string, Statement>();

	/**
	 * Throws STORAGE_PERMISSION, STORAGE_BUSY, STORAGE_CORRUPT, STORAGE_IO. Ask `demandReadable`
	 * first.
	 */
	constructor(paths: DatabasePaths) {
		this.#paths = paths;
		let connection: Connection | null = null;
		try {
			connection = new Database(paths.database, { readonly: true, fileMustExist: true });
			applyReaderSettings(connection);
			connection.pragma("temp_store = memory");
			connection.prepare("select count(*) from sqlite_schema").get();
			this.#connection = connection;
		} catch (error) {
			connection?.close();
			throw translateSqliteError(error);
		}
	}

	all(sql: string, params: readonly SqlValue[] = []): SqlRow[] {
		return translated(() => this.#statement(sql).all(named(params)) as SqlRow[]);
	}

	*each(sql: string, params: readonly SqlValue[] = []): Generator<SqlRow> {
		const rows = translated(
			() => this.#connection.prepare(sql).iterate(named(params)) as IterableIterator<SqlRow>,
		);
		try {
			for (;;) {
				const { done, value } = translated(() => rows.next());
				if (done) return;
				yield value;
			}
		} finally {
			rows.return?.();
		}
	}

	snapshot<T>(read: () => T): T {
		return this.#connection.transaction(read)();
	}

	hasTable(name: string): boolean {
		const sql = "select 1 from sqlite_schema where type in ('table', 'view') and name = $1";
		return this.all(sql, [name]).length > 0;
	}

	settings(): Record<string, string | number> {
		return readSettings(this.#connection);
	}

	/** The whole database in a new file; a server that starts meanwhile is not in the way. */
	copyTo(target: string, tell: (done: number, total: number) => void): Promise<void> {
		return copyInSteps(this.#connection, target, ({ donePages, totalPages }) =>
			tell(donePages, totalPages),
		);
	}

	/** Leaves the files as they were found. */
	close(): void {
		this.#connection.close();
		tidyUp(this.#paths);
	}

	#statement(sql: string): Statement {
		const known = this.#prepared.get(sql);
		if (known !== undefined) return known;
		const statement = this.#connection.prepare(sql);
		this.#prepared.set(sql, statement);
		return statement;
	}
}

function translated<T>(read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw translateSqliteError(error);
	}
}

/** What was found out before anything was opened. */
export interface Readable {
	/** A server or another writer has the database now. */
	readonly isServed: boolean;
	readonly warnings: readonly string[];
}

/**
 * Looks at the files before SQLite does, and refuses what it must not open or cannot show as it is.
 * Never call it in the process that serves the database: see `inspectDatabase`.
 *
 * @throws STORAGE_MISSING where there is nothing; STORAGE_CORRUPT where the next start would set
 * the database aside; STORAGE_FOREIGN, STORAGE_PERMISSION, STORAGE_NOT_A_FILE,
 * STORAGE_NEWER_SCHEMA, STORAGE_IO.
 */
export function demandReadable(paths: DatabasePaths): Readable {
	const bytes = fileBytes(paths.database);
	const served: Readable = { isServed: true, warnings: [] };
	if (isLocked(paths) && bytes !== null) return served;
	const inspection = inspectDatabase(paths);
	// A server that started meanwhile changes files under our eyes; it has looked at them itself.
	if (inspection.kind !== "sound" && bytes !== null && isLocked(paths)) return served;
	switch (inspection.kind) {
		case "sound":
			return { isServed: false, warnings: inspection.warnings };
		case "fresh":
			throw new SavepointError(
				"STORAGE_MISSING",
				`There is no database at ${paths.database}. Name the right file with --db or SAVEPOINT_DB_PATH, or start the server, which makes one. Nothing was created.`,
			);
		case "missing":
			throw new SavepointError("STORAGE_MISSING", `${inspection.reason} Nothing was created.`);
		case "corrupt":
			throw new SavepointError(
				"STORAGE_CORRUPT",
				`${inspection.reason} The next start sets the database aside, whole; nothing was touched now.`,
			);
		case "refused":
			// What may only be read can still be looked at.
			if (inspection.code === "STORAGE_READ_ONLY" && bytes !== null)
				return { isServed: false, warnings: [inspection.reason] };
			throw new SavepointError(inspection.code, inspection.reason);
	}
}

/** One look at a database that is there. Throws as `demandReadable` and `SqliteLook`. */
export function lookInto<T>(paths: DatabasePaths, read: (database: SqliteLook) => T): T {
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		return read(database);
	} finally {
		database.close();
	}
}

/**
 * Reading a database that was shut down makes SQLite create an empty -wal and its index, and a
 * connection that may only read cannot remove them. A connection that could write, closed as the
 * last one, does; it finds out by SQLite's own locks that it is the last. The directory's lock
 * keeps a server from starting just then, and the instance file says that there is nothing in the
 * WAL to bring home.
 */
export function tidyUp(paths: DatabasePaths): void {
	try {
		if (fileBytes(paths.wal) !== 0 || !isShutDown(paths) || isLocked(paths)) return;
		const lock = acquireLock(paths, {
			pid: process.pid,
			startedAt: new Date().toISOString(),
			what: "doctor",
		});
		try {
			if (fileBytes(paths.wal) !== 0 || !isShutDown(paths)) return;
			const connection = new Database(paths.database, { fileMustExist: true, timeout: 0 });
			connection.prepare("select count(*) from sqlite_schema").get();
			connection.close();
		} finally {
			lock.release();
		}
	} catch {
		// Two empty files stay behind, which the next start takes as they are meant.
	}
}

function isShutDown(paths: DatabasePaths): boolean {
	const reading = readInstance(paths.instance);
	return reading.kind === "read" && reading.instance.state === "closed";
}
