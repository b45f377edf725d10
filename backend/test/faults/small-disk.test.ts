// Goal: a disk that is really full, at whatever moment, costs nothing that was acknowledged and is
// no damage; with space again the server goes on by itself. Method: a file system of a few
// megabytes, of which a file takes the rest; the real server, its clients and their ledger.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { copyDirectory, temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger } from "./ledger.js";
import { expectAllThere, type Load, play, SPOTLESS } from "./oracle.js";
import { Player } from "./player.js";
import { mountDisk, mountMissing, type SmallDisk, unmountDisks } from "./small-disk.js";
import { straceMissing, watching } from "./strace.js";
import { makeFilled, makeOlder } from "./sweep/lives.js";

const DISK_BYTES = 24 * 1024 * 1024;
const KIB = 1024;
const HEALS_WITHIN_MS = 5_000;
const REFUSES_WITHIN_MS = 2_000;

const pathsOn = (disk: SmallDisk) => databasePaths(join(disk.directory, "data", "db.sqlite"));
const poll = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

const expectFull = (failure: Load["failures"][number]): void =>
	expect(failure).toMatchObject({ failed: { status: 503, body: { code: "STORAGE_FULL" } } });

/** Space comes back; resolves to how long the server took to take writes again. */
async function heal(disk: SmallDisk, http: HttpClient): Promise<number> {
	disk.free();
	const freedAtMs = performance.now();
	while ((await http.call("GET", "/health"))?.status !== 200) await poll();
	return performance.now() - freedAtMs;
}

/** Where strace wrote down that the kernel had no space for this file. */
async function untilFull(trace: string): Promise<void> {
	while (!existsSync(trace) || !readFileSync(trace, "latin1").includes("ENOSPC")) await poll();
}

const needed = mountMissing ?? straceMissing;
describe.skipIf(needed !== null)("[F3] a small disk", { timeout: 120_000 }, () => {
	afterEach(async () => {
		await killServers();
		unmountDisks();
	});

	it("[F3] full under load, in a commit: 503 in time, reads, heals; nothing is lost", async () => {
		const disk = mountDisk(DISK_BYTES);
		const { database } = pathsOn(disk);
		const server = startServer({ database });
		const url = await server.listening();
		const http = new HttpClient(url);
		disk.fill(160 * KIB);
		const load = await play(url);
		for (const failure of load.failures) expectFull(failure);
		const askedAtMs = performance.now();
		expectFull(await new Player(http, new Ledger()).game());
		const refusedMs = performance.now() - askedAtMs;
		expect(refusedMs).toBeLessThan(REFUSES_WITHIN_MS);
		expect(await http.call("GET", "/health")).toMatchObject({ status: 503 });
		expect(await http.call("GET", "/health/live")).toMatchObject({ status: 200 });
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		const healedMs = await heal(disk, http);
		console.log(
			`disk full: ${load.ledger.acknowledged.size} acknowledged before, refused after ` +
				`${refusedMs.toFixed(0)} ms, healed ${healedMs.toFixed(0)} ms after there was space`,
		);
		expect(healedMs).toBeLessThan(HEALS_WITHIN_MS);
		for (const player of load.players) expect(await player.resend(http)).toBeNull();
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		http.close();
		await server.kill();
		expect(server.out).toMatch(/^Warning: .*is in memory \(tmpfs\)/m);
		await expectAllThere(database, load);
	});

	it("[F3] full in a checkpoint: it goes on, and later brings its log home", async () => {
		const filled = await makeFilled();
		const disk = mountDisk(DISK_BYTES);
		const paths = pathsOn(disk);
		copyDirectory(filled.paths.directory, paths.directory);
		const trace = join(temporaryDirectory(), "trace.txt");
		const under = watching(trace, "pwrite64", null, [paths.database]);
		const server = startServer({ database: paths.database, under });
		const url = await server.listening();
		const http = new HttpClient(url);
		disk.fill(100 * KIB);
		const load = await play(url);
		await untilFull(trace);
		for (const failure of load.failures) expectFull(failure);
		expect(await heal(disk, http)).toBeLessThan(HEALS_WITHIN_MS);
		for (const player of load.players) expect(await player.resend(http)).toBeNull();
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		http.close();
		await server.kill();
		await expectAllThere(paths.database, load);
		expect((await examine(paths.database)).verdict).toBe("healthy");
	});

	it("[F3] full while the log is folded: nobody notices before the next write", async () => {
		const disk = mountDisk(DISK_BYTES);
		const paths = pathsOn(disk);
		const trace = join(temporaryDirectory(), "trace.txt");
		const under = watching(trace, "pwrite64", null, [paths.wal]);
		const server = startServer({ database: paths.database, under });
		const http = new HttpClient(await server.listening());
		const ledger = new Ledger();
		const player = new Player(http, ledger);
		expect(await player.game()).toBeNull();
		// No session is active, so nothing but the fold writes from here on.
		disk.fill(0);
		await untilFull(trace);
		expect(await http.call("GET", "/health")).toMatchObject({ status: 200 });
		expectFull(await player.game());
		expect(await heal(disk, http)).toBeLessThan(HEALS_WITHIN_MS);
		expect(await player.resend(http)).toBeNull();
		http.close();
		await server.kill();
		await expectAllThere(paths.database, { ledger, players: [player], failures: [] });
	});

	it("[F3] full at a clean end: the reserve gives the room that this takes", async () => {
		const disk = mountDisk(DISK_BYTES);
		const { database } = pathsOn(disk);
		const server = startServer({ database });
		const http = new HttpClient(await server.listening());
		const load = await play(await server.listening(), 20, 2);
		disk.fill(0);
		// The heartbeats of active sessions meet it.
		while ((await http.call("GET", "/health"))?.status === 200) await poll();
		http.close();
		expect(await server.stop()).toEqual({ code: 0, signal: null });
		disk.free();
		await expectAllThere(database, load);
	});

	for (const [moment, leftBytes, inject] of [
		["before it, while the data is copied", 64 * KIB, null],
		["in its own transaction, after the copy", null, "pwrite64:error=ENOSPC:when=3+"],
	] as const)
		it(`[F3] [M1] full in a migration, ${moment}: refused, then migrated`, async () => {
			const older = await makeOlder();
			const disk = mountDisk(DISK_BYTES);
			const paths = pathsOn(disk);
			copyDirectory(older.directory, paths.directory);
			const trace = join(temporaryDirectory(), "trace.txt");
			if (leftBytes !== null) disk.fill(leftBytes);
			const under = watching(trace, "pwrite64", inject, [paths.wal]);
			const server = startServer({ database: paths.database, under });
			await server.listening().catch(() => null);
			expect(await server.ended).toEqual({ code: ERRORS.STORAGE_FULL.exitCode, signal: null });
			expect(server.err).toMatch(/^savepoint: .*\(STORAGE_FULL\)\n$/m);
			const copies = readdirSync(paths.backupDirectory);
			expect(copies.map((name) => name.endsWith(".sqlite"))).toEqual(inject === null ? [] : [true]);
			disk.free();
			await expectAllThere(paths.database, null);
			// The session of before, and the game of that check.
			const { verdict, sessions } = await examine(paths.database);
			expect(verdict).toBe("healthy");
			expect(sessions).toMatchObject({ examined: 2, moves: 1 + 7 });
		});

	it("[F2] where a volume is required, a disk in memory is refused with the remedy", async () => {
		const { database } = pathsOn(mountDisk(DISK_BYTES));
		const server = startServer({ database, env: { SAVEPOINT_REQUIRE_VOLUME: "true" } });
		const { exitCode } = ERRORS.STORAGE_VOLUME_REQUIRED;
		expect(await server.ended).toEqual({ code: exitCode, signal: null });
		expect(server.err).toMatch(/^savepoint: .*Mount a volume.*\(STORAGE_VOLUME_REQUIRED\)\n$/m);
	});
});
