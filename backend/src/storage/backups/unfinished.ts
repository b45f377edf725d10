import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDirectoryDurable } from "../durable-files.js";
import { translateFileError } from "../file-errors.js";
import { UNFINISHED } from "./catalogue.js";

/**
 * Directories in which something is being made. Their name tells by which process, so that whoever
 * comes later can take away what a killed one has left, and leaves alone what is still being made.
 */
const NAME = /\.(\d+)-[0-9a-f]{8}\.part$/;
const own = new Set<string>();

/** Makes `<name>.<process>-<random>.part` below the directory. Throws as `makeDirectoryDurable`. */
export function beginUnfinished(directory: string, name: string): string {
	const random = randomBytes(4).toString("hex");
	const path = join(directory, `${name}.${process.pid}-${random}${UNFINISHED}`);
	own.add(path);
	makeDirectoryDurable(path);
	return path;
}

/** It was renamed, or is given up: then nothing of it stays. */
export function endUnfinished(path: string): void {
	own.delete(path);
	rmSync(path, { recursive: true, force: true });
}

/** Removes what killed processes have left. Throws STORAGE_PERMISSION, STORAGE_IO … */
export function sweepUnfinished(directory: string): void {
	if (!existsSync(directory)) return;
	try {
		for (const name of readdirSync(directory)) {
			const maker = NAME.exec(name)?.[1];
			const path = join(directory, name);
			if (maker === undefined || own.has(path) || isOtherAlive(Number(maker))) continue;
			rmSync(path, { recursive: true, force: true });
		}
	} catch (error) {
		throw translateFileError(error, directory);
	}
}

/** In a container every server is process 1: our own number with a name that is not ours is old. */
function isOtherAlive(pid: number): boolean {
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}
