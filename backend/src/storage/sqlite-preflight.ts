import { existsSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { BUSY_TIMEOUT_MS } from "../limits.js";
import type { SqlRow } from "./driver.js";
import { type AppliedMigration, appliedFromRow, SELECT_HISTORY } from "./migrate.js";
import { translateSqliteError } from "./sqlite-errors.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * The migrations that the database has, read without leaving a trace: a read-only connection never
 * brings the WAL home when it closes, so a database that is refused afterwards (M2) is byte for
 * byte as it was.
 *
 * Throws STORAGE_BUSY when another program holds it, STORAGE_CORRUPT when its schema cannot be
 * read.
 */
export function readHistory(paths: DatabasePaths): AppliedMigration[] {
	const absent = [paths.wal, paths.shm].filter((path) => !existsSync(path));
	try {
		const connection = new Database(paths.database, {
			readonly: true,
			fileMustExist: true,
			timeout: BUSY_TIMEOUT_MS,
		});
		try {
			const isThere = connection
				.prepare("select 1 from sqlite_schema where name = 'schema_migrations'")
				.get();
			if (isThere === undefined) return [];
			return (connection.prepare(SELECT_HISTORY).all() as SqlRow[]).map(appliedFromRow);
		} finally {
			connection.close();
		}
	} catch (error) {
		throw translateSqliteError(error);
	} finally {
		// What only our looking made: an empty -wal and its index.
		if (absent.includes(paths.wal) && (!existsSync(paths.wal) || statSync(paths.wal).size === 0))
			for (const path of absent) rmSync(path, { force: true });
	}
}
