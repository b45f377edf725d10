import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
	makeDirectoryDurable,
	removeDurable,
	renameDurable,
	writeFileDurable,
} from "./durable-files.js";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * Setting a damaged database aside (B2, B3). The marker beside the database is the memory of it: it
 * is durable before the first file moves, and goes only when another database has taken the place
 * (`sqlite-recovery.ts`). So a start that was killed in between is finished by the next one, and a
 * database that was moved away is never taken for one that never was. Nothing is ever deleted or
 * overwritten.
 */
export interface CorruptMarker {
	readonly reason: string;
	/** ISO 8601, UTC: when the damage was noticed. */
	readonly at: string;
	/** The directory that a move which was begun goes to. */
	readonly quarantine: string | null;
	/** moved: everything lies in quarantine, and what took its place is not there yet. */
	readonly step: "found" | "moved";
}

const parseMarker = (text: string): CorruptMarker => {
	const fields: Record<string, unknown> = {};
	try {
		Object.assign(fields, JSON.parse(text));
	} catch {
		// That it is there is what counts.
	}
	const { reason, at, quarantine, step } = fields;
	return {
		reason: typeof reason === "string" ? reason : "The database was marked as damaged.",
		at: typeof at === "string" ? at : "unknown",
		quarantine: typeof quarantine === "string" ? quarantine : null,
		step: step === "moved" ? "moved" : "found",
	};
};

/**
 * The marker that an earlier start or a running server left, else null. Any content counts as one.
 */
export function readMarker(paths: DatabasePaths): CorruptMarker | null {
	try {
		return parseMarker(readFileSync(paths.marker, "utf8"));
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, paths.marker);
	}
}

const saveMarker = (paths: DatabasePaths, marker: CorruptMarker): void =>
	writeFileDurable(paths.marker, `${JSON.stringify(marker, null, "\t")}\n`);

/**
 * Durable when it returns: the next start sets the database aside. A marker that is there stays.
 */
export function writeMarker(paths: DatabasePaths, reason: string, now = new Date()): void {
	if (existsSync(paths.marker)) return;
	saveMarker(paths, { reason, at: now.toISOString(), quarantine: null, step: "found" });
}

export function clearMarker(paths: DatabasePaths): void {
	removeDurable(paths.marker);
}

/** The database goes last: as long as it is there, anybody can see that the move is not done. */
const filesOf = (paths: DatabasePaths): string[] => [
	paths.wal,
	paths.shm,
	paths.journal,
	paths.instance,
	paths.database,
];

/** A name that nothing has yet: what was moved before must not be overwritten. */
const freeName = (path: string): string => {
	if (!existsSync(path)) return path;
	let number = 2;
	while (existsSync(`${path}.${number}`)) number++;
	return `${path}.${number}`;
};

export const isAnythingThere = (paths: DatabasePaths): boolean =>
	filesOf(paths).some((path) => existsSync(path));

/**
 * Moves what is there of database, -wal, -shm and instance file into the directory, which is made.
 * Each move is durable before the next begins; nothing is overwritten.
 */
export function moveTogether(paths: DatabasePaths, directory: string): void {
	makeDirectoryDurable(directory);
	for (const path of filesOf(paths))
		if (existsSync(path)) renameDurable(path, freeName(join(directory, basename(path))));
}

/** What was set aside, and where it lies. */
export interface SetAside {
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly reason: string;
	/** null: there was nothing to move. */
	readonly directory: string | null;
}

/**
 * Moves database, -wal, -shm, journal and instance file together into `quarantine/<time>/`. Call it
 * under the lock, with nothing open, and again at the next start while the marker is there: what
 * was begun goes on. The marker stays and says `moved`.
 *
 * @throws STORAGE_PERMISSION, STORAGE_READ_ONLY, STORAGE_NOT_A_FILE, STORAGE_FULL, STORAGE_IO.
 */
export function quarantineDatabase(paths: DatabasePaths, reason: string, now: Date): SetAside {
	const marker = readMarker(paths);
	if (marker?.step === "moved")
		return { at: marker.at, reason: marker.reason, directory: marker.quarantine };
	const at = now.toISOString();
	const begun = marker?.quarantine ?? null;
	if (!isAnythingThere(paths) && begun === null) {
		saveMarker(paths, { reason, at, quarantine: null, step: "moved" });
		return { at, reason, directory: null };
	}

	// 1. Decide where to, and remember it before anything moves.
	const name = at.replaceAll(/[:.]/g, "-");
	const directory = begun ?? freeName(join(paths.quarantineDirectory, name));
	saveMarker(paths, { reason, at, quarantine: directory, step: "found" });

	// 2. Move what is still there. Each move is durable before the next begins.
	moveTogether(paths, directory);

	// 3. From here on, nothing of the old database is in its place.
	saveMarker(paths, { reason, at, quarantine: directory, step: "moved" });
	return { at, reason, directory };
}
