import { rmSync } from "node:fs";
import Database, { type Database as Connection } from "better-sqlite3";
import { renameDurable, syncFile } from "./durable-files.js";
import { translateSqliteError } from "./sqlite-errors.js";
import { APPLICATION_ID } from "./sqlite-inspect.js";
import { type InstanceFile, newInstance, writeInstance } from "./sqlite-instance.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * A new, empty database: it has its name only once it is whole and synced (F1). The instance file
 * comes first and says `creating`, so that a kill in between is not taken for a database that was
 * deleted. Throws STORAGE_FULL, STORAGE_IO, STORAGE_PERMISSION, STORAGE_READ_ONLY.
 */
export function createDatabase(paths: DatabasePaths, now: Date): InstanceFile {
	const instance = newInstance(now);
	writeInstance(paths.instance, instance);
	const temporary = `${paths.database}.new`;
	for (const suffix of ["", "-wal", "-shm", "-journal"])
		rmSync(temporary + suffix, { force: true });
	makeEmpty(temporary);
	syncFile(temporary);
	renameDurable(temporary, paths.database);
	return instance;
}

export function makeEmpty(path: string): void {
	let connection: Connection | null = null;
	try {
		connection = new Database(path);
		connection.pragma(`application_id = ${APPLICATION_ID}`);
		connection.pragma("journal_mode = wal");
	} catch (error) {
		throw translateSqliteError(error);
	} finally {
		connection?.close();
	}
}
