import type { Database as Connection } from "better-sqlite3";
import { translateSqliteError } from "./sqlite-errors.js";

/** Pages in one step: a write that arrives meanwhile waits for one step at most. */
const STEP_PAGES = 64;
const TELL_EVERY_MS = 200;

export interface CopyProgress {
	readonly donePages: number;
	readonly totalPages: number;
}

/**
 * Copies the database to `target` a few pages at a time, giving the event loop its turn between
 * steps. On the connection that writes, SQLite brings what is written meanwhile to the copy as
 * well, so the copy never starts over, pins no part of the WAL, and is of the moment of its end.
 *
 * `target` must not exist; it is synced. Rejects with STORAGE_FULL, STORAGE_IO, STORAGE_CORRUPT …;
 * what was written of it then stays for the caller to remove.
 */
export async function copyInSteps(
	connection: Connection,
	target: string,
	tell: (progress: CopyProgress) => void,
): Promise<void> {
	let toldAtMs = Number.NEGATIVE_INFINITY;
	try {
		await connection.backup(target, {
			progress({ totalPages, remainingPages }) {
				const nowMs = performance.now();
				if (nowMs - toldAtMs >= TELL_EVERY_MS) {
					toldAtMs = nowMs;
					tell({ donePages: totalPages - remainingPages, totalPages });
				}
				return STEP_PAGES;
			},
		});
	} catch (error) {
		throw translateSqliteError(error);
	}
}
