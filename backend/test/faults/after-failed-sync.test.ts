// Goal: after a failed sync nobody writes to the database any more, also not SQLite when the
// process ends: its pages in memory may not be those on the disk. Method: strace fails one sync and
// writes down every call after it that changes the database or its log.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { killServers, startServer } from "../support/server-process.js";
import { expectAllThere, makePaths, play } from "./oracle.js";
import { straceMissing, watching } from "./strace.js";

const UNGUARDED = fileURLToPath(new URL("close-after-failed-sync.mjs", import.meta.url));
const CHANGES = "pwrite64,pwritev,write,fsync,fdatasync,ftruncate,rename,unlink,unlinkat";

/** The calls on the database and its log after the one that failed. */
function changesAfterFailure(log: string): string[] {
	const calls = readFileSync(log, "latin1")
		.split("\n")
		.filter((line) => /^\d+ +[a-z0-9]+\(/.test(line));
	const failed = calls.findIndex((line) => line.includes("EIO"));
	expect(failed, "no sync has failed").toBeGreaterThanOrEqual(0);
	return calls.slice(failed + 1);
}

describe.skipIf(straceMissing !== null)("[A2] after a failed sync", { timeout: 60_000 }, () => {
	afterEach(killServers);

	for (const [moment, number] of [
		["of a migration", 1],
		["under load", 40],
	] as const)
		it(`[A2] ${moment} nothing of the database is written, cut or removed`, async () => {
			const paths = makePaths();
			const log = join(paths.directory, "trace.txt");
			const inject = `fsync,fdatasync:error=EIO:when=${number}`;
			const under = watching(log, CHANGES, inject, [paths.database, paths.wal]);
			const server = startServer({ database: paths.database, under });
			const url = await server.listening().catch(() => null);
			const load = url === null ? null : await play(url);
			expect(await server.ended).toEqual({ code: ERRORS.STORAGE_IO.exitCode, signal: null });
			expect(load === null).toBe(number === 1);
			const after = changesAfterFailure(log);
			console.log(`after a failed sync ${moment}: ${after.length} calls that change the database`);
			expect(after).toEqual([]);
			await expectAllThere(paths.database, load);
		});

	it("[A2] the check fails, as it must, where the last connection just closes", async () => {
		const paths = makePaths();
		const log = join(paths.directory, "trace.txt");
		const under = watching(log, CHANGES, "fsync,fdatasync:error=EIO:when=20", [
			paths.database,
			paths.wal,
		]);
		const unguarded = startServer({ database: paths.database, under, script: UNGUARDED });
		expect((await unguarded.ended).code).toBe(ERRORS.STORAGE_IO.exitCode);
		const after = changesAfterFailure(log);
		console.log(`without the guard: ${after.length} calls that change the database`);
		expect(after.some((line) => line.includes("pwrite64("))).toBe(true);
		expect(after.some((line) => line.includes("unlink"))).toBe(true);
	});
});
