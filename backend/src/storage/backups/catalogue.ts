import { readdirSync, readFileSync, statSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, translateFileError } from "../file-errors.js";
import { type BackupManifest, parseManifest } from "./manifest.js";

/**
 * The backups in a directory: `<UTC time>-<label>/` with `savepoint.sqlite` and `manifest.json`.
 * A backup gets that name only when it is whole and synced, so whatever a kill has left behind ends
 * in `.part`, or has no manifest, and counts as nothing here.
 */
export interface BackupEntry {
	/** Name of its directory; sorts by time. */
	readonly name: string;
	readonly directory: string;
	/** Path of the copy. */
	readonly database: string;
	readonly manifest: BackupManifest;
}

export const BACKUP_DATABASE = "savepoint.sqlite";
export const BACKUP_MANIFEST = "manifest.json";
/** Ends the name of a directory in which a backup is being made. */
export const UNFINISHED = ".part";

const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[a-z0-9-]+$/;

/** `2026-11-25T15-18-00-123Z-scheduled`: safe in a path, and in the order of time. */
export const backupName = (at: Date, label: string): string =>
	`${at.toISOString().replaceAll(/[:.]/g, "-")}-${label}`;

/**
 * Whole backups, newest first, proven or not; none where the directory does not exist. Looks at
 * names, sizes and manifests only, never into a database.
 *
 * @throws STORAGE_PERMISSION, STORAGE_NOT_A_FILE, STORAGE_IO where the directory cannot be read.
 */
export function listBackups(directory: string): BackupEntry[] {
	return backupNames(namesIn(directory)).flatMap(
		(name) => readBackup(join(directory, name), name) ?? [],
	);
}

/**
 * The same without waiting for the disk on the event loop's thread: for whoever only looks while
 * players play. Rejects with what `listBackups` throws.
 */
export async function readBackups(directory: string): Promise<BackupEntry[]> {
	const names = await readdir(directory).catch((error: unknown) => noneOr(error, directory, []));
	const entries: BackupEntry[] = [];
	for (const name of backupNames(names)) {
		const entry = await readOne(join(directory, name), name);
		if (entry !== null) entries.push(entry);
	}
	return entries;
}

const backupNames = (names: readonly string[]): string[] =>
	names
		.filter((name) => NAME.test(name))
		.sort()
		.reverse();

/** The newest backup that was restored to a scratch file and verified, or null. Throws as above. */
export function newestProven(directory: string): BackupEntry | null {
	return listBackups(directory).find(isProven) ?? null;
}

export const isProven = ({ manifest }: BackupEntry): boolean => manifest.provenAt !== null;

/** The backup in this directory, whatever its name; null where there is no whole one. */
export function readBackup(directory: string, name: string): BackupEntry | null {
	try {
		const text = readFileSync(join(directory, BACKUP_MANIFEST), "utf8");
		const { size } = statSync(join(directory, BACKUP_DATABASE));
		return entryOf(directory, name, { text, size });
	} catch (error) {
		return errnoOf(error) === "ENOTDIR" ? null : noneOr(error, directory, null);
	}
}

async function readOne(directory: string, name: string): Promise<BackupEntry | null> {
	try {
		const text = await readFile(join(directory, BACKUP_MANIFEST), "utf8");
		const { size } = await stat(join(directory, BACKUP_DATABASE));
		return entryOf(directory, name, { text, size });
	} catch (error) {
		return errnoOf(error) === "ENOTDIR" ? null : noneOr(error, directory, null);
	}
}

function entryOf(
	directory: string,
	name: string,
	{ text, size }: { readonly text: string; readonly size: number },
): BackupEntry | null {
	const manifest = parseManifest(text);
	if (manifest === null || size !== manifest.bytes) return null;
	return { name, directory, database: join(directory, BACKUP_DATABASE), manifest };
}

function namesIn(directory: string): string[] {
	try {
		return readdirSync(directory);
	} catch (error) {
		return noneOr(error, directory, []);
	}
}

/** Nothing is there: `none`. Anything else is thrown by code. */
function noneOr<T>(error: unknown, directory: string, none: T): T {
	if (errnoOf(error) === "ENOENT") return none;
	throw translateFileError(error, directory);
}
