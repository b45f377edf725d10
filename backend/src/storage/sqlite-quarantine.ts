import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
	makeDirectoryDurable,
	removeDurable,
	renameDurable,
	writeFileDurable,
} from "./durable-files.js";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { RecoveryReport } from "./ports.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { keepNotice } from "./sqlite-recovery-notice.js";

/**
 * Setting a damaged database aside (B2, B3). The marker beside the database is the memory of it: it
 * is durable before the first file moves and goes only when the last has moved, so a start that was
 * killed in between is finished by the next one. Nothing is ever deleted or overwritten.
 */
export interface CorruptMarker {
	readonly reason: string;
	/** ISO 8601, UTC: when the damage was noticed. */
	readonly at: string;
	/** The directory that a move which was begun goes to. */
	readonly quarantine: string | null;
}

const parseMarker = (text: string): CorruptMarker => {
	const fields: Record<string, unknown> = {};
	try {
		Object.assign(fields, JSON.parse(text));
	} catch {
		// That it is there is what counts.
	}
	const { reason, at, quarantine } = fields;
	return {
		reason: typeof reason === "string" ? reason : "The database was marked as damaged.",
		at: typeof at === "string" ? at : "unknown",
		quarantine: typeof quarantine === "string" ? quarantine : null,
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
	saveMarker(paths, { reason, at: now.toISOString(), quarantine: null });
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

interface Move {
	readonly at: string;
	readonly reason: string;
	readonly happened: string;
	readonly outcome: string;
}

const writeReport = (
	paths: DatabasePaths,
	directory: string,
	move: Move,
	progress: "moving" | "done",
): void =>
	writeFileDurable(
		join(directory, "report.json"),
		`${JSON.stringify(
			{
				at: move.at,
				progress,
				whatHappened: `${move.happened} ${move.reason}`,
				whatWasMoved: [
					`What was there of ${basename(paths.database)}, its -wal, -shm and .instance was`,
					"moved here unchanged. Nothing was deleted.",
				].join(" "),
				outcome: move.outcome,
				whatToDoNext: [
					"Keep this directory. Copy it, and examine only the copy.",
					"Look at the disk and at who else can write to the data directory.",
					`To go back to a backup: stop the server, move ${paths.database} and its -wal, ` +
						`-shm and .instance away together, copy the backup to ${paths.database}, start ` +
						"the server.",
				],
			},
			null,
			"\t",
		)}\n`,
	);

const setAside = (paths: DatabasePaths, move: Move): RecoveryReport => {
	const { at, reason, outcome } = move;
	const begun = readMarker(paths)?.quarantine ?? null;
	if (!isAnythingThere(paths) && begun === null) {
		return finish(paths, { at, reason, quarantine: null, outcome });
	}

	// 1. Decide where to, and remember it before anything moves.
	const name = at.replaceAll(/[:.]/g, "-");
	const directory = begun ?? freeName(join(paths.quarantineDirectory, name));
	saveMarker(paths, { reason, at, quarantine: directory });
	makeDirectoryDurable(directory);
	writeReport(paths, directory, move, "moving");

	// 2. Move what is still there. Each move is durable before the next begins.
	moveTogether(paths, directory);

	// 3. Say so, and only then forget.
	writeReport(paths, directory, move, "done");
	return finish(paths, { at, reason, quarantine: directory, outcome });
};

/** The start that tells of it may be cut off; the notice stays until one has come through. */
const finish = (paths: DatabasePaths, report: RecoveryReport): RecoveryReport => {
	keepNotice(paths, report);
	clearMarker(paths);
	return report;
};

const EMPTY_START = "The server goes on with a new, empty database.";

/**
 * Moves database, -wal, -shm and instance file together into `quarantine/<time>/`. Call it under
 * the lock, with nothing open, and again at the next start while `readMarker` finds something.
 * @throws STORAGE_PERMISSION, STORAGE_READ_ONLY, STORAGE_FULL, STORAGE_IO; the marker then stays.
 */
export function quarantineDatabase(
	paths: DatabasePaths,
	reason: string,
	now: Date,
): RecoveryReport {
	return setAside(paths, {
		at: now.toISOString(),
		reason,
		happened: "The database was found damaged and was set aside.",
		outcome: `The damaged files are kept whole, nothing of them came back. ${EMPTY_START}`,
	});
}

/**
 * The database is gone although it was in use. What is left of it (-wal, -shm, instance file) is
 * moved out of the way, because SQLite would apply an old -wal to a new database without a word.
 * @throws as `quarantineDatabase`.
 */
export function reportMissing(paths: DatabasePaths, reason: string, now: Date): RecoveryReport {
	return setAside(paths, {
		at: now.toISOString(),
		reason,
		happened: "The database file was gone when the server started.",
		outcome: `What it stored did not come back; what was left beside it is kept. ${EMPTY_START}`,
	});
}
