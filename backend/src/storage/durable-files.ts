import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf, translateFileError } from "./file-errors.js";

/**
 * Files and directories that are still there after a power cut (F1). Every function is synchronous,
 * returns only after the sync, and throws a SavepointError (STORAGE_PERMISSION, STORAGE_READ_ONLY,
 * STORAGE_NOT_A_FILE, STORAGE_FULL, STORAGE_IO). None may be used on a database that is open.
 */

/** Makes the names in a directory durable. */
export function syncDirectory(path: string): void {
	try {
		const descriptor = openSync(path, "r");
		try {
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		throw translateFileError(error, path);
	}
}

/**
 * Creates what is missing of a path. Each new directory is synced and then its parent, from the top
 * down, so that a crash leaves a prefix and never a hole. What exists already is not synced again.
 */
export function makeDirectoryDurable(path: string): void {
	try {
		mkdirSync(path);
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === "ENOENT" && dirname(path) !== path) {
			makeDirectoryDurable(dirname(path));
			makeDirectoryDurable(path);
			return;
		}
		if (errno === "EEXIST" && isDirectory(path)) return;
		throw translateFileError(errno === "EEXIST" ? notADirectory(path) : error, path);
	}
	syncDirectory(path);
	syncDirectory(dirname(path));
}

const isDirectory = (path: string): boolean => {
	try {
		closeSync(openSync(`${path}/.`, "r"));
		return true;
	} catch (error) {
		// There and a directory, though not for us: whoever writes into it is told so then.
		return errnoOf(error) === "EACCES";
	}
};

const notADirectory = (path: string): Error =>
	Object.assign(new Error(`${path} is not a directory`), { code: "ENOTDIR" });

/**
 * Replaces a whole file: a reader, also one after a crash, sees the old text or the new text, never
 * a part. The temporary name is fixed, so a crash leaves at most one and the next write takes it
 * over.
 */
export function writeFileDurable(path: string, text: string): void {
	const temporary = `${path}.tmp`;
	try {
		const descriptor = openSync(temporary, "w", 0o600);
		try {
			writeAll(descriptor, Buffer.from(text, "utf8"));
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(temporary, path);
	} catch (error) {
		discard(temporary);
		throw translateFileError(error, path);
	}
	syncDirectory(dirname(path));
}

/**
 * A half-written file on a full disk keeps space. The error that led here matters more than this
 * one.
 */
const discard = (path: string): void => {
	try {
		rmSync(path, { force: true });
	} catch {
		// The next write takes the name over.
	}
};

/** Writes every byte: one write may take only a part. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
	for (let offset = 0; offset < bytes.length; )
		offset += writeSync(descriptor, bytes, offset, bytes.length - offset);
}

/**
 * Moves a file within a file system; the new name is durable before the old one can be forgotten.
 */
export function renameDurable(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		throw translateFileError(error, from);
	}
	syncDirectory(dirname(to));
	if (dirname(from) !== dirname(to)) syncDirectory(dirname(from));
}

/** Removes a file if it is there, and makes that durable. */
export function removeDurable(path: string): void {
	try {
		rmSync(path, { force: true });
	} catch (error) {
		throw translateFileError(error, path);
	}
	syncDirectory(dirname(path));
}

/** What was written to the file by others, SQLite among them, is on disk when this returns. */
export function syncFile(path: string): void {
	const descriptor = openSync(path, "r+");
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}
