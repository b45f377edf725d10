import { accessSync, constants, lstatSync, type Stats, statSync } from "node:fs";
import { SavepointError } from "../errors.js";
import { errnoOf, explainAccess, translateFileError } from "./file-errors.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/** Whether the files may be used, found out without opening one (B4). */

const exists = (path: string, look: (path: string) => Stats): Stats | null => {
	try {
		return look(path);
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, path);
	}
};

/**
 * Size of a regular file, or null where there is none. @throws STORAGE_NOT_A_FILE for anything
 * else.
 */
export function fileBytes(path: string): number | null {
	const stats = exists(path, statSync);
	if (stats === null) {
		if (exists(path, lstatSync) === null) return null;
		throw new SavepointError(
			"STORAGE_NOT_A_FILE",
			`${path} is a symbolic link to something that is not there. Mount what it points ` +
				"to, or remove the link.",
		);
	}
	if (stats.isFile()) return stats.size;
	throw new SavepointError(
		"STORAGE_NOT_A_FILE",
		`${path} is ${stats.isDirectory() ? "a directory" : "not a regular file"}. Move it ` +
			"away, or choose another place with SAVEPOINT_DB_PATH.",
	);
}

const demand = (path: string, readMode: number): void => {
	try {
		accessSync(path, readMode);
	} catch (error) {
		throw translateFileError(error, path);
	}
	try {
		accessSync(path, constants.W_OK);
	} catch (error) {
		if (errnoOf(error) !== "EACCES") throw translateFileError(error, path);
		throw new SavepointError(
			"STORAGE_READ_ONLY",
			`${path} may be read but not written. ${explainAccess(path)}`,
			{ cause: error },
		);
	}
};

/**
 * Demands that the directory and each file that is there may be read and written.
 * @returns false where not even the directory exists.
 * @throws STORAGE_PERMISSION, STORAGE_READ_ONLY, STORAGE_NOT_A_FILE, STORAGE_IO.
 */
export function checkAccess(paths: DatabasePaths): boolean {
	const directory = exists(paths.directory, statSync);
	if (directory === null) return false;
	if (!directory.isDirectory())
		throw new SavepointError(
			"STORAGE_NOT_A_FILE",
			`${paths.directory} is not a directory. Move it away, or choose another place with ` +
				"SAVEPOINT_DB_PATH.",
		);
	demand(paths.directory, constants.R_OK | constants.X_OK);
	for (const path of [paths.database, paths.wal, paths.shm, paths.journal, paths.instance])
		if (fileBytes(path) !== null) demand(path, constants.R_OK);
	return true;
}
