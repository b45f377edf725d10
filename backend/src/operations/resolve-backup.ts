import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { SavepointError } from "../errors.js";
import {
	type BackupEntry,
	listBackups,
	newestProven,
	readBackup,
} from "../storage/backups/catalogue.js";

/**
 * The backup that a person means by `latest` (the newest proven one), by a name of `savepoint
 * backups`, or by the path of a backup's directory. Throws BACKUP_NOT_FOUND.
 */
export function resolveBackup(directory: string, from: string): BackupEntry {
	const named =
		from === "latest"
			? newestProven(directory)
			: listBackups(directory).find(({ name }) => name === from);
	if (named !== null && named !== undefined) return named;
	const path = resolve(from);
	const there = existsSync(path) ? readBackup(path, basename(path)) : null;
	if (there !== null) return there;
	throw new SavepointError(
		"BACKUP_NOT_FOUND",
		from === "latest"
			? `There is no proven backup in ${directory}.`
			: `There is no backup of that name in ${directory}, and none at that path. ` +
					"`savepoint backups` lists them.",
	);
}

/** null: the newest. Throws BACKUP_NOT_FOUND. */
export function findBackup(directory: string, name: string | null): BackupEntry {
	const entries = listBackups(directory);
	const entry = name === null ? entries[0] : entries.find((one) => one.name === name);
	if (entry !== undefined) return entry;
	throw new SavepointError(
		"BACKUP_NOT_FOUND",
		name === null
			? `There is no backup in ${directory}.`
			: `There is no backup of that name in ${directory}; \`savepoint backups\` lists them.`,
	);
}
