import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** What the database takes and what its disk has left; null where it cannot be said. */
export interface DiskUse {
	readonly databaseBytes: number | null;
	readonly freeBytes: number | null;
}

/**
 * By path only: a database that is being served must not be opened, as closing it would give up
 * SQLite's locks.
 */
export async function readDiskUse(databasePath: string | null): Promise<DiskUse> {
	if (databasePath === null) return { databaseBytes: null, freeBytes: null };
	const [file, disk] = await Promise.allSettled([
		stat(databasePath),
		statfs(dirname(databasePath)),
	]);
	return {
		databaseBytes: file.status === "fulfilled" ? file.value.size : null,
		freeBytes: disk.status === "fulfilled" ? disk.value.bavail * disk.value.bsize : null,
	};
}
