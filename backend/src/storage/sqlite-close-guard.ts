import Database, { type Database as Connection } from "better-sqlite3";
import { translateSqliteError } from "./sqlite-errors.js";

/**
 * When a thread ends, better-sqlite3 closes its connection, and the last connection that closes
 * brings the WAL home and removes it. After a failed sync that would write what must not be
 * written again (A2): the pages in memory may not be those on the disk. So this process keeps one
 * more connection, which only reads: while it is open no other is the last, and its own end, with
 * the process, brings nothing home.
 */
export interface CloseGuard {
	/** From here on a writer that closes brings the WAL home. */
	release(): void;
}

/** A connection that nobody refers to is closed when it is collected. */
const held = new Set<Connection>();

/**
 * `path`: a database in WAL mode that this process has opened for writing.
 * Throws STORAGE_IO and what else `translateSqliteError` knows.
 */
export function guardClose(path: string): CloseGuard {
	try {
		const connection = new Database(path, { readonly: true, fileMustExist: true });
		held.add(connection);
		// The lock on the file comes with the first read, and stays.
		connection.pragma("schema_version");
		return {
			release() {
				held.delete(connection);
				connection.close();
			},
		};
	} catch (error) {
		throw translateSqliteError(error);
	}
}
