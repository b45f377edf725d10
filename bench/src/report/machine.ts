import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { percentile } from "./statistics.js";

export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
	readonly node: string;
	/** Of an appended 4 KiB page, in the directory that the databases are in. */
	readonly fsyncP50Ms: number;
	readonly fsyncP99Ms: number;
	/** Of the last minute before the bench: above 0.5 somebody else is measured, too. */
	readonly load: number;
}

const SYNCS = 200;
const PAGE_BYTES = 4096;

/** What the figures were measured on: no figure means anything without its disk. */
export function describeMachine(directory: string): Machine {
	const syncs = measureSyncs(directory);
	return {
		cpu: cpus()[0]?.model.trim() ?? "unknown",
		cores: cpus().length,
		memoryGiB: Math.round(totalmem() / 2 ** 30),
		node: process.version,
		fsyncP50Ms: percentile(syncs, 50),
		fsyncP99Ms: percentile(syncs, 99),
		load: loadavg()[0] ?? 0,
	};
}

function measureSyncs(directory: string): number[] {
	const path = join(directory, `.savepoint-bench-sync-${process.pid}`);
	const descriptor = openSync(path, "w");
	try {
		return Array.from({ length: SYNCS }, (_, at) => {
			writeSync(descriptor, Buffer.alloc(PAGE_BYTES, at));
			const startedAtMs = performance.now();
			fsyncSync(descriptor);
			return performance.now() - startedAtMs;
		});
	} finally {
		closeSync(descriptor);
		rmSync(path);
	}
}
