import { type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ErrorCode } from "@savepoint/core";
import { SavepointError } from "../errors.js";

/** The `code` of a Node or SQLite error; empty for anything else. */
export const errnoOf = (error: unknown): string =>
	error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const CODES: Readonly<Record<string, ErrorCode>> = {
	EACCES: "STORAGE_PERMISSION",
	EPERM: "STORAGE_PERMISSION",
	EROFS: "STORAGE_READ_ONLY",
	ENOTDIR: "STORAGE_NOT_A_FILE",
	EISDIR: "STORAGE_NOT_A_FILE",
	ELOOP: "STORAGE_NOT_A_FILE",
	ENOSPC: "STORAGE_FULL",
	EDQUOT: "STORAGE_FULL",
};

/** Safe to paste into a shell. */
const quote = (path: string): string =>
	/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** The path itself, or the nearest directory above it that can be looked at. */
const nearest = (path: string): { path: string; stats: Stats } | null => {
	for (let at = path; ; at = dirname(at)) {
		try {
			return { path: at, stats: statSync(at) };
		} catch {
			if (dirname(at) === at) return null;
		}
	}
};

/** Who owns what stands in the way, who we are, and the command that mends it. */
export function explainAccess(path: string): string {
	const found = nearest(path);
	const uid = process.getuid?.() ?? 0;
	const gid = process.getgid?.() ?? 0;
	if (found === null) return `This process runs as uid ${uid}.`;
	const { stats } = found;
	const mode = (stats.mode & 0o7777).toString(8).padStart(3, "0");
	const remedy =
		stats.uid === uid
			? `chmod u+rw${stats.isDirectory() ? "x" : ""} ${quote(found.path)}`
			: `chown ${uid}:${gid} ${quote(found.path)}`;
	return (
		`${found.path} belongs to uid ${stats.uid} with mode ${mode} and this process runs as uid ` +
		`${uid}. Remedy: ${remedy}`
	);
}

const sentenceFor = (code: ErrorCode, errno: string, path: string): string => {
	switch (code) {
		case "STORAGE_PERMISSION":
			return `${path} may not be used. ${explainAccess(path)}`;
		case "STORAGE_READ_ONLY":
			return (
				`${path} is on a file system that is mounted read-only. Remount it writable, or ` +
				"choose another place with SAVEPOINT_DB_PATH."
			);
		case "STORAGE_NOT_A_FILE":
			return (
				`${path} is not what it should be: a part of the path is a file where a directory ` +
				"is needed, or a directory where a file is. Move it away, or choose another place " +
				"with SAVEPOINT_DB_PATH."
			);
		case "STORAGE_FULL":
			return `There is no space left to write ${path}. Free some space, or raise the quota.`;
		default:
			if (errno === "ENOENT")
				return `${path} cannot be reached: its directory is gone. Is its disk mounted?`;
			return errno === "EMFILE" || errno === "ENFILE"
				? `${path} could not be opened because too many files are open. Raise the limit ` +
						"(ulimit -n) and start again."
				: `${path} could not be used (${errno || "unknown error"}). Look at the disk and ` +
						"its mount, then start again.";
	}
};

/**
 * What the file system said, as one of our codes with the path and the remedy. None of these is
 * corruption: whoever gets one leaves every file where it is (B4). A SavepointError is given back
 * as it is.
 */
export function translateFileError(error: unknown, path: string): SavepointError {
	if (error instanceof SavepointError) return error;
	const errno = errnoOf(error);
	const code = CODES[errno] ?? "STORAGE_IO";
	return new SavepointError(code, sentenceFor(code, errno, path), { cause: error });
}
