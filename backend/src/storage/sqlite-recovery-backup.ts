import { constants, copyFileSync, rmSync } from "node:fs";
import Database, { type Database as Connection } from "better-sqlite3";
import { type BackupEntry, newestProven } from "./backups/catalogue.js";
import type { Migration } from "./migrate.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { migrateConnection } from "./sqlite-salvage-scratch.js";

/** A copy of the newest proven backup, in the newest schema; the backup itself is only read. */
export interface BackupSource {
	readonly entry: BackupEntry;
	readonly connection: Connection;
}

const copyPath = (paths: DatabasePaths): string => `${paths.database}.backup-copy`;

/**
 * Null where there is none that fits. `instanceId`: of the database that was damaged, null where
 * nothing tells; another database's sessions have the same keys and must not be mixed in.
 *
 * @throws STORAGE_FULL, STORAGE_IO.
 */
export async function openBackup(
	paths: DatabasePaths,
	instanceId: string | null,
	known: readonly Migration[],
): Promise<BackupSource | null> {
	const entry = newestProven(paths.backupDirectory);
	if (entry === null) return null;
	const { manifest } = entry;
	if (instanceId !== null && manifest.instanceId !== instanceId) return null;
	if (manifest.schemaVersion > (known.at(-1)?.version ?? 0)) return null;
	removeBackupCopy(paths);
	copyFileSync(entry.database, copyPath(paths), constants.COPYFILE_FICLONE);
	const connection = new Database(copyPath(paths));
	connection.pragma("synchronous = off");
	await migrateConnection(connection, known);
	return { entry, connection };
}

export function removeBackupCopy(paths: DatabasePaths): void {
	for (const suffix of ["", "-wal", "-shm", "-journal"])
		rmSync(copyPath(paths) + suffix, { force: true });
}
