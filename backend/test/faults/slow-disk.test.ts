// Goal: writes that come while the disk syncs share the next sync. Method: strace makes each sync
// take longer; what is counted are syncs and answers, never time.
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger, TOKEN } from "./ledger.js";
import { makePaths } from "./oracle.js";
import { Player } from "./player.js";
import { straceMissing, traceTo } from "./strace.js";
import { parseCalls } from "./trace/calls.js";
import { checkSyncs } from "./trace/sync-check.js";

const CLIENTS = 32;
const SYNC_DELAY_US = 20_000;

describe.skipIf(straceMissing !== null)("[G1] a slow disk", { timeout: 60_000 }, () => {
	afterEach(killServers);

	it("[G1] many clients share a sync, and each waits for the one of its write", async () => {
		const { directory, database } = makePaths();
		const log = join(directory, "trace.txt");
		const under = traceTo(log, `fsync,fdatasync:delay_enter=${SYNC_DELAY_US}`);
		const server = startServer({ database, under });
		const http = new HttpClient(await server.listening(), CLIENTS);
		const ledger = new Ledger();
		const players = Array.from({ length: CLIENTS }, () => new Player(http, ledger));
		await Promise.all(
			players.map(async (player) => {
				expect(await player.game()).toBeNull();
			}),
		);
		http.close();
		await server.kill();
		const lines: string[] = [];
		for await (const line of createInterface({ input: createReadStream(log, "latin1") }))
			lines.push(line);
		const { answers, syncs, violations } = checkSyncs(parseCalls(lines), TOKEN);
		console.log(`slow disk: ${answers} answers on ${syncs} syncs, ${violations.length} violations`);
		expect(violations).toEqual([]);
		expect(answers).toBe(CLIENTS * 7);
		// Start-up included, and a sync that carries a heartbeat only.
		expect(answers / syncs).toBeGreaterThan(2);
	});
});
