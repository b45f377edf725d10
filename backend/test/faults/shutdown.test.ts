// Goal: an orderly end loses no answer and leaves one closed file, at whatever moment it is asked
// for. Method: SIGTERM to the real server under load, twice, and while it starts.
import { existsSync, readFileSync, statSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { DatabasePaths } from "#src/storage/sqlite-paths.js";
import { LiveClient } from "../support/live-client.js";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { expectAllThere, makePaths, makeStored, playOn } from "./oracle.js";

const instanceState = (paths: DatabasePaths): unknown =>
	JSON.parse(readFileSync(paths.instance, "utf8")).state;

const walBytes = (paths: DatabasePaths): number =>
	existsSync(paths.wal) ? statSync(paths.wal).size : 0;

describe("SIGTERM", { timeout: 60_000 }, () => {
	afterEach(killServers);

	it("[A1] under load: live clients are told, exit 0, every answered write is there", async () => {
		const paths = makePaths();
		const server = startServer({ database: paths.database });
		const url = await server.listening();
		const http = new HttpClient(url);
		const watched = await http.call("POST", "/api/sessions");
		const live = new LiveClient(
			`${url.replace("http", "ws")}/api/sessions/${watched?.body["sessionId"]}/live`,
		);
		expect(await live.next()).toMatchObject({ type: "hello" });
		// 1. The signal comes in the middle of everything.
		const [playing] = await playOn(url);
		server.signal("SIGTERM");
		// 2. Who watches is told; who plays is refused in order, or finds the door closed.
		expect(await live.next()).toMatchObject({ type: "going-away" });
		expect(await live.closed).toMatchObject({ code: 1001 });
		const load = await playing;
		for (const failure of load.failures)
			if (failure?.failed != null)
				expect(failure.failed).toMatchObject({ status: 503, body: { code: "SHUTTING_DOWN" } });
		expect(await server.ended).toEqual({ code: 0, signal: null });
		http.close();
		// 3. What it left, and that all of it is there.
		expect(walBytes(paths)).toBe(0);
		expect(instanceState(paths)).toBe("closed");
		await expectAllThere(paths.database, load);
	});

	it("[A2] twice, under load: it ends at once, and every answered write is there", async () => {
		const paths = makePaths();
		const server = startServer({ database: paths.database });
		const [playing] = await playOn(await server.listening());
		server.signal("SIGTERM");
		server.signal("SIGTERM");
		const load = await playing;
		// Two signals can arrive as one, or the first can be through before the second comes.
		expect([0, 143]).toContain((await server.ended).code);
		await expectAllThere(paths.database, load);
	});

	it("[G6] while starting: the next start finds all that was there, without alarm", async () => {
		const { paths, load } = await makeStored("kill");
		for (const moment of [paths.owner, paths.shm]) {
			const server = startServer({ database: paths.database });
			const before = existsSync(moment) ? statSync(moment).mtimeMs : 0;
			while (!existsSync(moment) || statSync(moment).mtimeMs === before)
				await new Promise((resolve) => setImmediate(resolve));
			server.signal("SIGTERM");
			// Before it listens for signals, the signal's own end; after that, an orderly one.
			const { code, signal } = await server.ended;
			expect([0, 143, "SIGTERM"]).toContain(code ?? signal);
		}
		await expectAllThere(paths.database, load);
	});
});
