// Goal: a disk that fails a sync or a write costs nothing that was acknowledged. Method: strace
// makes the call fail at a chosen place; a ledger of all answers is held against the server that is
// started next.
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { readMigrations } from "#src/storage/migrate.js";
import { MODULES } from "#src/storage/modules.js";
import { killServers, type ServerProcess, startServer } from "../support/server-process.js";
import { TOKEN } from "./ledger.js";
import { expectAllThere, type Load, makePaths, play } from "./oracle.js";
import { injecting, straceMissing, traceTo } from "./strace.js";
import { parseCalls } from "./trace/calls.js";
import { checkSyncs } from "./trace/sync-check.js";

const IO_EXIT = ERRORS.STORAGE_IO.exitCode;
/** Of the log: one for each migration of a first start and four more come before it. */
const FIRST = readMigrations(MODULES, "sqlite").length + 5;

const expectUnsure = (failures: Load["failures"]): void => {
	for (const failure of failures) {
		if (failure?.failed == null) continue;
		expect(failure.failed.status).toBe(503);
		expect(["OUTCOME_UNKNOWN", "STORAGE_RECOVERING"]).toContain(failure.failed.body["code"]);
		expect(failure.failed.headers["retry-after"]).toBeDefined();
	}
};

/** Listening, or ended before that. */
const outcomeOf = (server: ServerProcess): Promise<string | null> =>
	server.listening().catch(() => null);

describe.skipIf(straceMissing !== null)("a disk that fails", { timeout: 60_000 }, () => {
	afterEach(killServers);

	for (const number of ["1", "2", "3", "5", "3+", "4+"])
		it(`[A2] sync ${number} of a start fails: told, and the next is clean`, async () => {
			const { directory, database } = makePaths();
			const log = join(directory, "trace.txt");
			const under = injecting(log, `fsync,fdatasync:error=EIO:when=${number}`);
			const server = startServer({ database, under });
			const url = await outcomeOf(server);
			// A reserve that cannot be kept is no reason to refuse.
			if (url !== null) await server.stop();
			const { code } = await server.ended;
			if (url === null) {
				expect(code).toBe(IO_EXIT);
				expect(server.err).toMatch(/^savepoint: .*\(STORAGE_IO\)\n$/m);
			} else expect([0, IO_EXIT]).toContain(code);
			await expectAllThere(database, null);
		});

	const faults: [what: string, inject: string, file: "wal" | "database"][] = [
		["the first sync that an answer waits for", `fsync,fdatasync:error=EIO:when=${FIRST}+`, "wal"],
		["syncs under load, from one on", "fsync,fdatasync:error=EIO:when=60+", "wal"],
		["a sync under load, only once", "fsync,fdatasync:error=EIO:when=100", "wal"],
		["a write of the log, only once", "pwrite64:error=EIO:when=300", "wal"],
		["writes of the log, from one on", "pwrite64:error=EIO:when=301+", "wal"],
		["a sync of the database in a checkpoint", "fsync,fdatasync:error=EIO:when=1+", "database"],
		["a write of the database in a checkpoint", "pwrite64:error=EIO:when=2+", "database"],
	];
	for (const [what, inject, file] of faults)
		it(`[A2] ${what}: not acknowledged, exit code 74, all is there after`, async () => {
			const paths = makePaths();
			const log = join(paths.directory, "trace.txt");
			const under = injecting(log, inject, paths[file]);
			const server = startServer({ database: paths.database, under });
			const load = await play(await server.listening());
			expect(await server.ended).toEqual({ code: IO_EXIT, signal: null });
			expect(server.err).toMatch(/^savepoint: .*\(STORAGE_IO\)\n$/m);
			expectUnsure(load.failures);
			await expectAllThere(paths.database, load);
		});

	it("[A2] [A1] in a trace: no answer tells of what the failed sync was for", async () => {
		const { directory, database } = makePaths();
		const log = join(directory, "trace.txt");
		const under = traceTo(log, "fsync,fdatasync:error=EIO:when=40");
		const server = startServer({ database, under });
		const load = await play(await server.listening());
		expect((await server.ended).code).toBe(IO_EXIT);
		const lines: string[] = [];
		for await (const line of createInterface({ input: createReadStream(log, "latin1") }))
			lines.push(line);
		const { violations, answers } = checkSyncs(parseCalls(lines), TOKEN);
		expect(violations).toEqual([]);
		expect(answers).toBeGreaterThan(20);
		await expectAllThere(database, load);
	});

	for (const [what, inject] of [
		["sync", "fsync,fdatasync:error=EIO:when=1+"],
		["write", "pwrite64:error=EIO:when=1+"],
	] as const)
		it(`[A2] a ${what} of the database fails at the end: the next start has all`, async () => {
			const paths = makePaths();
			const log = join(paths.directory, "trace.txt");
			const under = injecting(log, inject, paths.database);
			const server = startServer({ database: paths.database, under });
			const load = await play(await server.listening(), 20);
			expect(load.failures.every((failure) => failure === null)).toBe(true);
			expect(await server.stop()).toEqual({ code: IO_EXIT, signal: null });
			expect(server.err).toMatch(/^savepoint: .*\(STORAGE_IO\)\n$/m);
			await expectAllThere(paths.database, load);
		});
});
