import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SOCKET_PATH_BYTES_MAX } from "../limits.js";

/**
 * Where the socket of a database is: beside it, unless that path is longer than the system takes
 * for a socket. Then it lies in a directory of its own for temporary files, which nobody else may
 * enter, and a file beside the database tells where.
 */
const besideDatabase = (database: string): string => `${database}.sock`;
const pointerOf = (database: string): string => `${database}.sock.path`;

const isShort = (path: string): boolean => Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX;

/** For the server, which holds the lock: makes what the path needs, removes what a kill left. */
export function claimSocketPath(database: string): string {
	releaseSocketPath(database);
	const path = besideDatabase(database);
	if (isShort(path)) return path;
	const directory = mkdtempSync(join(tmpdir(), "savepoint-"));
	chmodSync(directory, 0o700);
	const elsewhere = join(directory, "s");
	writeFileSync(pointerOf(database), `${elsewhere}\n`, { mode: 0o600 });
	return elsewhere;
}

/** Removes socket, pointer and the directory elsewhere, as far as they are there. */
export function releaseSocketPath(database: string): void {
	const path = findSocketPath(database);
	rmSync(path, { force: true });
	if (path === besideDatabase(database)) return;
	// Only a directory that `claimSocketPath` made; the pointer may hold anything.
	if (/savepoint-\w+$/.test(dirname(path))) rmSync(dirname(path), { recursive: true, force: true });
	rmSync(pointerOf(database), { force: true });
}

/** Where a server of this database would listen. */
export function findSocketPath(database: string): string {
	const path = besideDatabase(database);
	if (isShort(path)) return path;
	try {
		return readFileSync(pointerOf(database), "utf8").trim();
	} catch {
		return path;
	}
}
