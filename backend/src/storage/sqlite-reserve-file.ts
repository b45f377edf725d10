import { randomFillSync } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statSync } from "node:fs";
import { writeAll } from "./durable-files.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * A file of no meaning that is given up when the disk is full (F3), so that the room for an orderly
 * end, a checkpoint or a removed old file, is there. Random bytes, because zeros cost a compressing
 * or sparse file system nothing and would give nothing back.
 */

const CHUNK_BYTES = 64 * 1024;
const BLOCK_BYTES = 512;

const isKept = (path: string, bytes: number): boolean => {
	try {
		const stats = statSync(path);
		return stats.isFile() && stats.size === bytes && stats.blocks * BLOCK_BYTES >= bytes;
	} catch {
		return false;
	}
};

const discard = (path: string): boolean => {
	try {
		rmSync(path);
		return true;
	} catch {
		return false;
	}
};

const fill = (path: string, bytes: number): void => {
	const chunk = new Uint8Array(Math.min(bytes, CHUNK_BYTES));
	const descriptor = openSync(path, "w", 0o600);
	try {
		for (let left = bytes; left > 0; left -= chunk.length)
			writeAll(descriptor, randomFillSync(chunk).subarray(0, left));
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
};

/**
 * Sees to it that the reserve is really allocated. False where there is no room for it; never
 * throws.
 */
export function keepReserve(paths: DatabasePaths, bytes: number): boolean {
	if (isKept(paths.reserve, bytes)) return true;
	try {
		fill(paths.reserve, bytes);
		return true;
	} catch {
		// Half a reserve would take the last room from what matters more.
		discard(paths.reserve);
		return false;
	}
}

/** Gives the room back. True where there was a reserve to give; never throws. */
export function releaseReserve(paths: DatabasePaths): boolean {
	return discard(paths.reserve);
}
