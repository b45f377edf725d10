import { randomUUID } from "node:crypto";
import { constants, copyFileSync } from "node:fs";
import { resolve } from "node:path";
import { SavepointError } from "../errors.js";
import { isProven } from "../storage/backups/catalogue.js";
import type { SqliteConfig } from "../storage/config.js";
import { backupDirectoryOf } from "../storage/config.js";
import { makeDirectoryDurable } from "../storage/durable-files.js";
import { translateFileError } from "../storage/file-errors.js";
import { MODULES } from "../storage/modules.js";
import { acquireLock } from "../storage/sqlite-lock.js";
import { type DatabasePaths, databasePaths } from "../storage/sqlite-paths.js";
import { stampCopy } from "../storage/sqlite-stamp.js";
import { discardCopy, finishSwap, isOccupied, swapCopy, swapIn } from "../storage/sqlite-swap.js";
import { readCopyFacts } from "../storage/upkeep.js";
import type { Prove, TellProgress } from "./proof.js";
import { proveInProcess } from "./prove-in-process.js";
import { resolveBackup } from "./resolve-backup.js";
import { SAMPLE_SESSIONS } from "./take-backup.js";

export interface RestoreOrder {
	readonly config: SqliteConfig;
	/** See `resolveBackup`. */
	readonly from: string;
	/** Replace a database that is there, and take a backup that does not verify in every part. */
	readonly force: boolean;
	/** Play every session again before it counts. */
	readonly full: boolean;
	readonly now: () => number;
	readonly tell?: TellProgress;
	/** As in `BackupOrder`. */
	readonly prove?: Prove;
}

export interface Restored {
	readonly database: string;
	readonly backup: string;
	/** ISO 8601, UTC: what was answered later is not in it. */
	readonly createdAt: string;
	readonly generation: number;
	readonly sessions: number;
	readonly moves: number;
	/** Where what was there before is kept, whole; null: there was nothing. */
	readonly keptIn: string | null;
	/** What does not verify, a sentence each; only where `force` let it pass. */
	readonly problems: readonly string[];
}

/**
 * Restores the whole storage from a backup. The copy is verified beside the database before
 * anything of it is touched; then it takes its place in one swap, which a kill cannot leave half
 * done. The restored storage has a new identity and a higher generation, by which clients notice.
 *
 * Rejects with STORAGE_LOCKED while a server runs; RESTORE_REFUSED where a database is there, or
 * the backup does not verify, without `force`; BACKUP_NOT_FOUND, BACKUP_FAILED; STORAGE_FULL and
 * others of the disk. Nothing has changed then.
 */
export async function restoreDatabase(order: RestoreOrder): Promise<Restored> {
	const { config, from, force, now } = order;
	const paths = databasePaths(resolve(config.path));
	const entry = resolveBackup(backupDirectoryOf(config), from);
	makeDirectoryDurable(paths.directory);
	const lock = acquireLock(paths, {
		pid: process.pid,
		startedAt: new Date(now()).toISOString(),
		what: "restore",
	});
	try {
		// 1. Nothing is replaced unasked.
		finishSwap(paths);
		if (isOccupied(paths) && !force)
			throw new SavepointError(
				"RESTORE_REFUSED",
				`There is a database at ${paths.database}. --force replaces it, and keeps it whole in before-restore/.`,
			);
		// 2. A copy beside it, verified as it is there.
		const copy = swapCopy(paths);
		const problems = await copyVerified(entry.database, copy, order);
		if (!isProven(entry)) problems.unshift("The backup was never proven.");
		if (problems.length > 0 && !force)
			throw new SavepointError(
				"RESTORE_REFUSED",
				`The backup does not verify: ${problems.join(" ")} Take another; --force restores it all the same.`,
			);
		// 3. Its own identity, then its place.
		const instanceId = randomUUID();
		const generation = await stampCopy(copy, MODULES, {
			instanceId,
			generationAbove: generationOf(paths),
			nowMs: now(),
		});
		const keptIn = swapIn(paths, new Date(now()), instanceId);
		const { createdAt, sessions, moves } = entry.manifest;
		const { name: backup } = entry;
		const { database } = paths;
		return { database, backup, createdAt, generation, sessions, moves, keptIn, problems };
	} finally {
		discardCopy(paths);
		lock.release();
	}
}

async function copyVerified(from: string, copy: string, order: RestoreOrder): Promise<string[]> {
	const { tell = () => undefined, full, prove = proveInProcess } = order;
	try {
		copyFileSync(from, copy, constants.COPYFILE_FICLONE);
	} catch (error) {
		throw translateFileError(error, copy);
	}
	const sampleSessions = full ? null : SAMPLE_SESSIONS;
	const facts = await prove({ database: copy, finish: true, sampleSessions }, tell);
	return [...facts.proof.problems];
}

/** Of what is there; 0 where it cannot be told. */
function generationOf(paths: DatabasePaths): number {
	try {
		return readCopyFacts(paths.database).generation;
	} catch (error) {
		if (error instanceof SavepointError) return 0;
		throw error;
	}
}
