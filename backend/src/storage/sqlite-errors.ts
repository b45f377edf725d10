import type { ErrorCode } from "@savepoint/core";
import Database from "better-sqlite3";
import { ERRORS, SavepointError } from "../errors.js";

/** Where SQLite's result codes become codes of the catalogue: here and nowhere else. */

const BY_PREFIX: readonly (readonly [prefix: string, code: ErrorCode])[] = [
	["SQLITE_CONSTRAINT", "STORAGE_CONFLICT"],
	["SQLITE_BUSY", "STORAGE_BUSY"],
	["SQLITE_LOCKED", "STORAGE_BUSY"],
	["SQLITE_FULL", "STORAGE_FULL"],
	["SQLITE_READONLY", "STORAGE_READ_ONLY"],
	["SQLITE_CORRUPT", "STORAGE_CORRUPT"],
	["SQLITE_NOTADB", "STORAGE_CORRUPT"],
	["SQLITE_CANTOPEN", "STORAGE_PERMISSION"],
	["SQLITE_PERM", "STORAGE_PERMISSION"],
	["SQLITE_IOERR", "STORAGE_IO"],
];

/** The code of an error that SQLite raised; INTERNAL for anything else. */
export function sqliteCode(error: unknown): ErrorCode {
	if (error instanceof SavepointError) return error.code;
	if (!(error instanceof Database.SqliteError)) return "INTERNAL";
	return BY_PREFIX.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? "INTERNAL";
}

/** SQLite's own words name no parameters; its code is added for whoever looks it up. */
export const sqliteReason = (error: unknown): string =>
	error instanceof Database.SqliteError
		? `${error.message} (${error.code})`
		: error instanceof Error
			? error.message
			: String(error);

export const translateSqliteError = (error: unknown): SavepointError =>
	error instanceof SavepointError
		? error
		: new SavepointError(sqliteCode(error), sqliteReason(error), { cause: error });

const REMEDIES: Partial<Record<ErrorCode, string>> = {
	STORAGE_BUSY: "End the program that holds it, or wait until that is through; then start again.",
	STORAGE_FULL: "Free some space, then start again.",
	STORAGE_IO: "Look at the disk and its mount, then start again.",
};

/** What an operator is told of a failure: which database, what SQLite said, and what mends it. */
export function sentenceAbout(path: string, code: ErrorCode, reason: string): string {
	if (reason.includes(path)) return reason;
	if (reason.endsWith(".")) return `${path}: ${reason}`;
	return `${path}: ${reason}. ${REMEDIES[code] ?? ERRORS[code].sentence}`;
}
