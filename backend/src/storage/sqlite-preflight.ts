import { existsSync, rmSync, statSync } from "node:fs";
import Database, { type Database as Connection } from "better-sqlite3";
import { SavepointError } from "../errors.js";
import { BUSY_TIMEOUT_MS } from "../limits.js";
import type { SqlRow } from "./driver.js";
import { type AppliedMigration, appliedFromRow, SELECT_HISTORY } from "./migrate.js";
import { movedElsewhere, SELECT_MOVED } from "./moved.js";
import { translateSqliteError } from "./sqlite-errors.js";
import type { DatabasePaths } from "./sqlite-paths.js";

export interface Preflight {
	readonly applied: AppliedMigration[];
	/** Why no server may have it: its data is elsewhere, or not all here yet. */
	readonly moved: SavepointError | null;
}

/**
 * The migrations that the database has and where its data is, read without leaving a trace: a
 * read-only connection never brings the WAL home when it closes, so a database that is refused
 * afterwards (M2) is byte for byte as it was.
 *
 * Throws STORAGE_BUSY when another program holds it, STORAGE_CORRUPT when its schema cannot be
 * read.
 */
export function readPreflight(paths: DatabasePaths): Preflight {
	return withoutTrace(paths, (connection) => {
		const isThere = connection
			.prepare("select 1 from sqlite_schema where name = 'schema_migrations'")
			.get();
		if (isThere === undefined) return { applied: [], moved: null };
		const applied = (connection.prepare(SELECT_HISTORY).all() as SqlRow[]).map(appliedFromRow);
		return { applied, moved: readMoved(connection) };
	});
}

/**
 * Why SQLite calls the pages damaged; null: it does not, or nobody can tell now. Takes as long as
 * reading all of them. For a start that failed in a way which no sound database explains: a page
 * may have been swapped for one that can be read, and be taken for another history.
 */
export function findPageDamage(paths: DatabasePaths): string | null {
	try {
		const said = withoutTrace(paths, (connection) =>
			connection.pragma("integrity_check(1)", { simple: true }),
		);
		return said === "ok" ? null : String(said);
	} catch (error) {
		// What the start failed for matters more than why it could not be looked into.
		const isDamage = error instanceof SavepointError && error.code === "STORAGE_CORRUPT";
		return isDamage ? error.message : null;
	}
}

function withoutTrace<T>(paths: DatabasePaths, look: (connection: Connection) => T): T {
	const absent = [paths.wal, paths.shm].filter((path) => !existsSync(path));
	try {
		const connection = new Database(paths.database, {
			readonly: true,
			fileMustExist: true,
			timeout: BUSY_TIMEOUT_MS,
		});
		try {
			return look(connection);
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

/** A schema of before the first move has no such columns. */
function readMoved(connection: Connection): SavepointError | null {
	const hasColumn = connection
		.prepare("select 1 from pragma_table_info('service') where name = 'moved_to'")
		.get();
	if (hasColumn === undefined) return null;
	return movedElsewhere(connection.prepare(SELECT_MOVED).get() as SqlRow | undefined);
}
