// Goal: another program that holds the database's write lock makes the server wait or refuse, and
// costs nothing. Method: a process that does so, for longer than the server waits, at the start and
// under way.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { snapshot } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { expectAllThere, makeStored, SPOTLESS } from "./oracle.js";
import { Player } from "./player.js";

const HOLDER = fileURLToPath(new URL("hold-database.mjs", import.meta.url));

/** Resolves when the lock is held; the function it gives frees it. */
async function hold(database: string): Promise<() => Promise<void>> {
	const child = spawn(process.execPath, [HOLDER, database], { stdio: ["pipe", "pipe", "inherit"] });
	const gone = once(child, "exit");
	await once(child.stdout, "data");
	return async () => {
		child.stdin.end();
		await gone;
	};
}

describe("[B4] locked by another program", { timeout: 60_000 }, () => {
	afterEach(killServers);

	it("[B4] at the start: refused after a wait, every byte as before", async () => {
		const { paths, load } = await makeStored("kill");
		const release = await hold(paths.database);
		const before = withoutLock(snapshot(paths.directory));
		const server = startServer({ database: paths.database, env: { LOG_LEVEL: "silent" } });
		expect(await server.ended).toEqual({ code: ERRORS.STORAGE_BUSY.exitCode, signal: null });
		expect(server.err).toMatch(/^savepoint: .*End the program that .*\(STORAGE_BUSY\)\n$/);
		expect(server.err).toContain(paths.database);
		expect(withoutLock(snapshot(paths.directory))).toEqual(before);
		// SQLite's shell and its like bring the -wal home when they leave, which is no loss.
		await release();
		const next = startServer({ database: paths.database });
		const http = new HttpClient(await next.listening());
		const health = await http.call("GET", "/health");
		expect(health).toMatchObject({ status: 200, body: { storage: { recovery: null } } });
		expect(next.out).toMatch(/^Warning: .*-wal is gone, although the database was in use/m);
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		http.close();
		expect(await next.stop()).toEqual({ code: 0, signal: null });
	});

	it("[B4] for ten seconds while running: 503 with the reason, then it heals", async () => {
		const { paths, load } = await makeStored("stop");
		const server = startServer({ database: paths.database });
		const http = new HttpClient(await server.listening());
		const player = new Player(http, load.ledger);
		expect(await player.game()).toBeNull();
		const heldAtMs = performance.now();
		const release = await hold(paths.database);
		// 1. Refused in order, and it says so to whoever asks. Reading goes on.
		const refused = await player.create();
		expect(refused).toMatchObject({
			failed: { status: 503, body: { code: "STORAGE_BUSY" }, headers: { "retry-after": "1" } },
		});
		const health = await http.call("GET", "/health");
		expect(health).toMatchObject({ status: 503, body: { code: "STORAGE_BUSY" } });
		expect(await http.call("GET", "/health/live")).toMatchObject({ status: 200 });
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		// 2. As long as the lock is held, it stays so.
		while (performance.now() - heldAtMs < 10_000) {
			expect(await player.resend(http)).toMatchObject({ failed: { status: 503 } });
			await new Promise((resolve) => setTimeout(resolve, 500));
		}
		await release();
		// 3. By itself it takes writes again, and what was refused is sent once more with its key.
		await healthy(http);
		expect(await player.resend(http)).toBeNull();
		expect(await player.game()).toBeNull();
		expect(await load.ledger.verify(http)).toMatchObject(SPOTLESS);
		http.close();
		expect(await server.stop()).toEqual({ code: 0, signal: null });
		await expectAllThere(paths.database, load);
	});
});

const withoutLock = (files: Record<string, string>): Record<string, string> =>
	Object.fromEntries(
		Object.entries(files).filter(([name]) => !/(\.lock|\.owner|-shm)$/.test(name)),
	);

async function healthy(http: HttpClient): Promise<void> {
	while ((await http.call("GET", "/health"))?.status !== 200)
		await new Promise((resolve) => setTimeout(resolve, 100));
}
