import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, translateFileError } from "./file-errors.js";

/** A directory below `quarantine/`, and what a recovery wrote there for people. */
export interface SetAsideDirectory {
	readonly directory: string;
	/** null: no report lies there. */
	readonly report: string | null;
}

/** Written by `sqlite-recovery-report.ts`. */
export const REPORT_TEXT = "report.txt";

/**
 * What recoveries have set aside, newest first, `limit` at most: their names are times. Looks at
 * names only. Rejects with STORAGE_PERMISSION, STORAGE_IO.
 */
export async function listSetAside(
	quarantineDirectory: string,
	limit: number,
): Promise<SetAsideDirectory[]> {
	const found = await readdir(quarantineDirectory, { withFileTypes: true }).catch(
		(error: unknown): Dirent[] => {
			if (errnoOf(error) === "ENOENT") return [];
			throw translateFileError(error, quarantineDirectory);
		},
	);
	const names = found
		.filter((one) => one.isDirectory())
		.map(({ name }) => name)
		.sort()
		.reverse()
		.slice(0, limit);
	return Promise.all(
		names.map(async (name) => {
			const directory = join(quarantineDirectory, name);
			const report = join(directory, REPORT_TEXT);
			const isThere = await stat(report).then(
				() => true,
				() => false,
			);
			return { directory, report: isThere ? report : null };
		}),
	);
}
