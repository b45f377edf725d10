// Goal: a start may be killed at any of its steps, and the next one goes on. Method: strace kills
// the server at the Nth call that changes a file, on no database at all, on one that was killed,
// and on a damaged one.
import { existsSync, readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DatabasePaths, databasePaths } from "#src/storage/sqlite-paths.js";
import { copyDirectory, temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { expectAllThere, type Load, makeStored } from "./oracle.js";
import { killingAt, straceMissing } from "./strace.js";

const CALLS = {
	write: "pwrite64",
	sync: "fsync,fdatasync",
	rename: "rename,renameat,renameat2",
	remove: "unlink,unlinkat",
} as const;

/**
 * Which call of the server's main thread or of its writer is its last; strace counts each by
 * itself.
 */
type Step = readonly [call: keyof typeof CALLS, number: number];

describe.skipIf(straceMissing !== null)("kill -9 while starting", { timeout: 60_000 }, () => {
	let killed: { paths: DatabasePaths; load: Load };
	beforeAll(async () => {
		killed = await makeStored("kill");
	}, 60_000);
	afterEach(killServers);

	/** Starts until the step; rejects where the server comes to listen without taking it. */
	const dieAt = async (database: string, [call, number]: Step): Promise<void> => {
		const log = join(temporaryDirectory(), "trace.txt");
		const under = killingAt(log, CALLS[call], number);
		const server = startServer({ database, under });
		const url = await server.listening().catch(() => null);
		expect(url, `${call} ${number} came before it listened`).toBeNull();
		expect(await server.ended).toMatchObject({ signal: "SIGKILL" });
	};

	const first: Step[] = [
		["rename", 1],
		["write", 2],
		["rename", 2],
		["remove", 1],
		["sync", 4],
		["write", 12],
	];
	for (const step of first)
		it(`[F1] [M1] the first start, at ${step.join(" ")}`, async () => {
			const database = join(temporaryDirectory(), "data", "db.sqlite");
			await dieAt(database, step);
			await expectAllThere(database, null);
		});

	it("[A1] on a database that was killed, again and again: nothing is lost", async () => {
		const directory = temporaryDirectory();
		copyDirectory(killed.paths.directory, directory);
		const { database } = databasePaths(join(directory, "db.sqlite"));
		for (const step of [
			["rename", 1],
			["write", 1],
			["sync", 1],
			["write", 3],
		] as const)
			await dieAt(database, step);
		await expectAllThere(database, killed.load);
	});

	it("[B2] on a damaged one: set aside once, whole, however often that is cut off", async () => {
		const directory = temporaryDirectory();
		copyDirectory(killed.paths.directory, directory);
		const paths = databasePaths(join(directory, "db.sqlite"));
		truncateSync(paths.database, 0);
		for (const step of [
			["rename", 3],
			["rename", 4],
			["sync", 7],
		] as const)
			await dieAt(paths.database, step);
		const server = startServer({ database: paths.database });
		await server.listening();
		expect((await server.stop()).code).toBe(0);
		expect(server.out).toContain("RECOVERED");
		const [quarantine = "", ...more] = readdirSync(paths.quarantineDirectory);
		expect(more).toEqual([]);
		expect(readdirSync(join(paths.quarantineDirectory, quarantine)).sort()).toEqual([
			"db.sqlite",
			"db.sqlite-shm",
			"db.sqlite-wal",
			"db.sqlite.instance",
			"report.json",
			"report.txt",
		]);
		await expectAllThere(paths.database, null);
	});

	it("[B2] killed after the move and before it was told: the next start tells it", async () => {
		const directory = temporaryDirectory();
		copyDirectory(killed.paths.directory, directory);
		const paths = databasePaths(join(directory, "db.sqlite"));
		truncateSync(paths.database, 0);
		// The marker's removal is the last step: once the database is in its place, the first thing
		// that the next start removes.
		for (let removal = 1; removal === 1 || existsSync(paths.marker); removal += 1)
			await dieAt(paths.database, ["remove", existsSync(paths.instance) ? 2 : removal]);
		const server = startServer({ database: paths.database });
		const http = new HttpClient(await server.listening());
		expect(await http.call("GET", "/health")).toMatchObject({
			body: { storage: { recovery: { reason: expect.stringMatching(/has no bytes/) } } },
		});
		http.close();
		expect(server.out).toMatch(/^RECOVERED: .*has no bytes/m);
		const logged = server.err.split("\n").find((line) => line.includes('"level":50'));
		expect(logged).toMatch(/has no bytes/);
		expect((await server.stop()).code).toBe(0);
		await expectAllThere(paths.database, null);
	});
});
