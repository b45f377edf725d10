import type { Database } from "better-sqlite3";
import { SavepointError } from "../errors.js";
import { BUSY_TIMEOUT_MS, JOURNAL_SIZE_LIMIT_BYTES } from "../limits.js";

/**
 * A4: what makes a commit durable is set and then read back, because better-sqlite3 compiles WAL
 * with synchronous=NORMAL, where a commit is not synced, and a misspelt pragma is silently ignored.
 */
const WRITER_SETTINGS: readonly (readonly [pragma: string, value: string | number])[] = [
	["journal_mode", "wal"],
	["synchronous", 2],
	["foreign_keys", 1],
	["busy_timeout", BUSY_TIMEOUT_MS],
	["journal_size_limit", JOURNAL_SIZE_LIMIT_BYTES],
	["mmap_size", 0],
	["trusted_schema", 0],
	["cell_size_check", 1],
	// Checkpoints run between batches, where nobody waits for them.
	["wal_autocheckpoint", 0],
	["temp_store", 2],
];

/** For doctor, which shows them beside what it finds. */
export const writerSettings: Readonly<Record<string, string | number>> =
	Object.fromEntries(WRITER_SETTINGS);

const READER_SETTINGS: typeof WRITER_SETTINGS = [
	["busy_timeout", BUSY_TIMEOUT_MS],
	["mmap_size", 0],
	["trusted_schema", 0],
	["cell_size_check", 1],
	["query_only", 1],
];

/**
 * Below this, a commit that meets a checkpoint can corrupt the database (SQLite's WAL-reset bug).
 */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;

const readBack = (database: Database, pragma: string): string | number =>
	database.pragma(pragma, { simple: true }) as string | number;

function apply(database: Database, settings: typeof WRITER_SETTINGS): void {
	for (const [pragma, value] of settings) {
		database.pragma(`${pragma} = ${value}`);
		const found = readBack(database, pragma);
		if (found !== value && !(pragma === "mmap_size" && found === undefined))
			throw new SavepointError(
				"STORAGE_UNSAFE_SETTINGS",
				`SQLite keeps ${pragma} at ${found} although ${value} is needed for safe commits.`,
			);
	}
}

/** Throws STORAGE_UNSAFE_SETTINGS where the engine does not take them. */
export function applyWriterSettings(database: Database): void {
	const version = String(database.prepare("select sqlite_version()").pluck().get());
	if (isOlder(version.split(".").map(Number)))
		throw new SavepointError(
			"STORAGE_UNSAFE_SETTINGS",
			`SQLite ${version} can corrupt a database in WAL mode; ${SQLITE_VERSION_MIN.join(".")} or newer is needed.`,
		);
	apply(database, WRITER_SETTINGS);
}

export const applyReaderSettings = (database: Database): void => apply(database, READER_SETTINGS);

/** The settings as the connection has them, for doctor. */
export const readSettings = (database: Database): Record<string, string | number> =>
	Object.fromEntries(
		WRITER_SETTINGS.map(([pragma]) => [pragma, readBack(database, pragma)] as const),
	);

function isOlder(version: readonly number[]): boolean {
	for (const [at, least] of SQLITE_VERSION_MIN.entries()) {
		const part = version[at] ?? 0;
		if (part !== least) return part < least;
	}
	return false;
}
