import {
	accessSync,
	constants,
	existsSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { SavepointError } from "../errors.js";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * One process per data directory (G5). Node has no flock, so the lock is an exclusive transaction
 * on a tiny database of its own: the kernel frees it when the process ends, however it ends.
 * Nothing but better-sqlite3 may open that file, because closing any descriptor of it would drop
 * the lock.
 */

/**
 * Who holds the lock, for the message that another process gets. Evidence for people, not the
 * lock.
 */
export interface LockOwner {
	readonly pid: number;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
	/** The verb that runs: serve, migrate, doctor … */
	readonly what: string;
	readonly address?: string;
}

export interface DirectoryLock {
	/** Tells others more about the owner, such as the address once it is known. */
	describe(update: { readonly address: string }): void;
	/** Frees the lock; calling it again does nothing. */
	release(): void;
}

/** Long enough for a doctor that looks at the lock just now, short enough to refuse at once. */
const LOCK_WAIT_MS = 500;

/**
 * A lock database that nobody references is closed by the garbage collector, and the lock is gone.
 */
const held = new Set<Database.Database>();

/** The owner as written, or null where there is no file or it cannot be understood. */
export function readOwner(paths: DatabasePaths): LockOwner | null {
	try {
		const value: unknown = JSON.parse(readFileSync(paths.owner, "utf8"));
		if (typeof value !== "object" || value === null) return null;
		const { pid, startedAt, what, address }: Record<string, unknown> = { ...value };
		if (typeof pid !== "number" || typeof startedAt !== "string" || typeof what !== "string")
			return null;
		return { pid, startedAt, what, ...(typeof address === "string" && { address }) };
	} catch {
		return null;
	}
}

/**
 * Under another name first: a reader never sees half an owner. Not synced: it means nothing after
 * a crash.
 */
const writeOwner = (paths: DatabasePaths, owner: LockOwner): void => {
	const temporary = `${paths.owner}.tmp`;
	writeFileSync(temporary, `${JSON.stringify(owner)}\n`, { mode: 0o644 });
	renameSync(temporary, paths.owner);
};

const lockedBy = (paths: DatabasePaths, cause: unknown): SavepointError => {
	const owner = readOwner(paths);
	const place = owner?.address === undefined ? "" : ` at ${owner.address}`;
	const who =
		owner === null
			? "another process"
			: `process ${owner.pid} (${owner.what}${place}) since ${owner.startedAt}`;
	return new SavepointError(
		"STORAGE_LOCKED",
		`${paths.database} is in use by ${who}. Stop that process first, or give this one a ` +
			"database of its own with SAVEPOINT_DB_PATH.",
		{ cause },
	);
};

/** SQLite says only "unable to open"; the file system knows why. Looks without opening the file. */
const explainOpenFailure = (paths: DatabasePaths, error: unknown): SavepointError => {
	const code = errnoOf(error);
	if (code.startsWith("SQLITE_BUSY")) return lockedBy(paths, error);
	if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT"))
		return new SavepointError(
			"STORAGE_IO",
			`${paths.lock} is not a lock file of ours. If no server is running, remove it: it ` +
				"holds no data.",
			{ cause: error },
		);
	return new SavepointError(
		"STORAGE_IO",
		`${paths.lock} could not be locked (${code || "unknown error"}). Look at the disk ` +
			"and its mount.",
		{ cause: error },
	);
};

/**
 * A file that may not be written is opened read-only by SQLite, where "exclusive" takes no lock at
 * all.
 */
const demandWritable = (paths: DatabasePaths): void => {
	for (const path of [dirname(paths.lock), paths.lock]) {
		try {
			accessSync(path, constants.R_OK | constants.W_OK);
		} catch (error) {
			if (path === paths.lock && errnoOf(error) === "ENOENT") continue;
			throw translateFileError(error, path);
		}
	}
};

const lockDatabase = (paths: DatabasePaths): Database.Database => {
	demandWritable(paths);
	let database: Database.Database | null = null;
	try {
		database = new Database(paths.lock, { timeout: LOCK_WAIT_MS });
		// No journal on disk: there is nothing to roll back, and a leftover could only do harm.
		database.pragma("journal_mode = memory");
		database.exec("BEGIN EXCLUSIVE");
		// Fails where SQLite opened the file read-only. Never committed: the file stays empty.
		database.pragma("user_version = 1");
		return database;
	} catch (error) {
		database?.close();
		throw explainOpenFailure(paths, error);
	}
};

/**
 * Takes the lock or refuses within about half a second.
 * @throws STORAGE_LOCKED naming the holder; STORAGE_PERMISSION, STORAGE_READ_ONLY,
 * STORAGE_NOT_A_FILE, STORAGE_FULL, STORAGE_IO. After kill -9 the lock is free; the owner file left
 * behind means nothing.
 */
export function acquireLock(paths: DatabasePaths, owner: LockOwner): DirectoryLock {
	const database = lockDatabase(paths);
	held.add(database);
	let current = owner;

	const release = (): void => {
		if (!held.delete(database)) return;
		// The owner goes first: once the lock is free the file may be another process's.
		rmSync(paths.owner, { force: true });
		database.close();
	};
	const describe = (update: { readonly address: string }): void => {
		if (!held.has(database)) return;
		current = { ...current, ...update };
		writeOwner(paths, current);
	};

	try {
		writeOwner(paths, owner);
	} catch (error) {
		release();
		throw translateFileError(error, paths.owner);
	}
	return { describe, release };
}

/** Whether some process, this one too, holds the lock now. Takes nothing and creates nothing. */
export function isLocked(paths: DatabasePaths): boolean {
	if (!existsSync(paths.lock)) return false;
	let database: Database.Database | null = null;
	try {
		database = new Database(paths.lock, { readonly: true, fileMustExist: true, timeout: 0 });
		database.prepare("SELECT count(*) FROM sqlite_master").get();
		return false;
	} catch (error) {
		if (errnoOf(error).startsWith("SQLITE_BUSY")) return true;
		throw explainOpenFailure(paths, error);
	} finally {
		database?.close();
	}
}
