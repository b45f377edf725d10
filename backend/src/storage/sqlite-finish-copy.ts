import Database from "better-sqlite3";
import { syncFile } from "./durable-files.js";
import { translateSqliteError } from "./sqlite-errors.js";

/**
 * Makes a copy a file that stands alone: without a write-ahead log of its own, so that whoever
 * looks into it later leaves nothing beside it. Durable when it returns. Throws STORAGE_CORRUPT,
 * STORAGE_IO, STORAGE_FULL.
 */
export function finishCopy(path: string): void {
	try {
		const connection = new Database(path, { fileMustExist: true });
		try {
			connection.pragma("journal_mode = delete");
		} finally {
			connection.close();
		}
	} catch (error) {
		throw translateSqliteError(error);
	}
	syncFile(path);
}
