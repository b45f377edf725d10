import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeDurable, renameDurable, writeFileDurable } from "./durable-files.js";
import { errnoOf, translateFileError } from "./file-errors.js";
import { newInstance, writeInstance } from "./sqlite-instance.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { clearMarker, isAnythingThere, moveTogether } from "./sqlite-quarantine.js";

/**
 * A restored copy takes the database's place, and what was there is kept, moved whole. A note
 * beside the database is durable before the first file moves and goes after the last, so a swap
 * that was killed is finished by whoever holds the lock next; until the note is there, nothing has
 * happened.
 */
export interface SwapNote {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** Where to what was there goes. */
	readonly aside: string;
	/** Identity of the restored storage. */
	readonly instanceId: string;
}

/** The whole copy, in the same file system, before it has the database's name. */
export const swapCopy = (paths: DatabasePaths): string => `${paths.database}.restoring`;
const notePath = (paths: DatabasePaths): string => `${paths.database}.restore`;

/** What would be moved aside is there. */
export const isOccupied = (paths: DatabasePaths): boolean =>
	isAnythingThere(paths) || existsSync(paths.marker);

/**
 * Call it under the lock, with `swapCopy` whole and synced and nothing open. Returns the directory
 * that holds what was there; null: there was nothing. A kill leaves the old database or the new
 * one.
 */
export function swapIn(paths: DatabasePaths, now: Date, instanceId: string): string | null {
	const name = now.toISOString().replaceAll(/[:.]/g, "-");
	const aside = join(paths.directory, "before-restore", name);
	const note: SwapNote = { at: now.toISOString(), aside, instanceId };
	const wasOccupied = isOccupied(paths);
	writeFileDurable(notePath(paths), `${JSON.stringify(note, null, "\t")}\n`);
	finishSwap(paths);
	return wasOccupied ? aside : null;
}

/**
 * Finishes a swap that was begun; does nothing where none was. Under the lock. True: there was one.
 */
export function finishSwap(paths: DatabasePaths): boolean {
	const note = readNote(paths);
	if (note === null) {
		discardCopy(paths);
		return false;
	}
	// As long as the copy has its own name, what has the database's name is the old one.
	if (existsSync(swapCopy(paths))) {
		if (isAnythingThere(paths)) moveTogether(paths, note.aside);
		clearMarker(paths);
		const instance = newInstance(new Date(note.at));
		writeInstance(paths.instance, { ...instance, instanceId: note.instanceId, state: "closed" });
		renameDurable(swapCopy(paths), paths.database);
	}
	removeDurable(notePath(paths));
	return true;
}

/** Half a copy of a restore that failed. One whose swap was begun is needed to finish it. */
export function discardCopy(paths: DatabasePaths): void {
	if (existsSync(notePath(paths))) return;
	for (const suffix of ["", "-journal", "-wal", "-shm"])
		rmSync(swapCopy(paths) + suffix, { force: true });
}

function readNote(paths: DatabasePaths): SwapNote | null {
	try {
		return JSON.parse(readFileSync(notePath(paths), "utf8")) as SwapNote;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, notePath(paths));
	}
}
