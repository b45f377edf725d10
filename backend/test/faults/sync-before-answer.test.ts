// Goal: no answer leaves before the sync that covers it. Method: the real server under strace; each
// write carries a token that is looked for in requests, in the frames of the WAL and in what the
// server sends.
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger, TOKEN } from "./ledger.js";
import { Player } from "./player.js";
import { straceMissing, traceTo } from "./strace.js";
import { parseCalls } from "./trace/calls.js";
import { checkSyncs, type SyncCheck } from "./trace/sync-check.js";

interface Traced {
	readonly found: SyncCheck;
	readonly ledger: Ledger;
}

/** A load of every kind of write, and the check of its trace. */
async function trace(scale: number, env: Record<string, string>, inject?: string): Promise<Traced> {
	const directory = temporaryDirectory();
	const output = join(directory, "trace.txt");
	const server = startServer({
		database: join(directory, "data", "db.sqlite"),
		env,
		under: traceTo(output, inject),
	});
	const ledger = new Ledger();
	await load(await server.listening(), ledger, scale);
	await server.kill();
	const lines: string[] = [];
	for await (const line of createInterface({ input: createReadStream(output, "latin1") }))
		lines.push(line);
	return { ledger, found: checkSyncs(parseCalls(lines), TOKEN) };
}

async function load(url: string, ledger: Ledger, scale: number): Promise<void> {
	// 1. One after the other on one connection: each write has a sync of its own.
	const alone = new HttpClient(url);
	const first = new Player(alone, ledger);
	for (let game = 0; game < scale; game += 1) expect(await first.game()).toBeNull();
	// 2. Sixteen connections at once, with reads of the same logs in between.
	const many = new HttpClient(url, 16);
	const players = Array.from({ length: 16 }, () => new Player(many, ledger));
	const reads: Promise<unknown>[] = [];
	await Promise.all(
		players.map(async (player) => {
			for (let game = 0; game < scale; game += 1) {
				expect(await player.game()).toBeNull();
				reads.push(many.call("GET", `/api/sessions/${ledger.sessionIds.at(-1)}/moves`));
			}
		}),
	);
	await Promise.all(reads);
	// 3. Batches and receipts in flight together.
	const sessions = await Promise.all(players.slice(0, 4).map((player) => player.create()));
	await Promise.all(
		sessions.map(async (session, at) => {
			const player = players[at];
			if (typeof session !== "string" || player === undefined) throw new Error("no session");
			await Promise.all([
				player.live(url, session, 4 * scale, 3),
				...Array.from({ length: scale }, () => player.moves(session, 8)),
			]);
		}),
	);
	alone.close();
	many.close();
}

const report = (what: string, { found }: Traced): void =>
	console.log(
		`sync before answer, ${what}: ${found.answers} answers checked that tell of ` +
			`${found.told.size} writes, ${found.syncs} syncs, ${found.violations.length} violations`,
	);

const runs = describe.skipIf(straceMissing !== null);
runs("[A1] the sync returns before the answer is written", { timeout: 90_000 }, () => {
	afterEach(killServers);

	it("[A1] single calls, batches, creates, ends, receipts and reads", async () => {
		const traced = await trace(3, {});
		report("as shipped", traced);
		const { found, ledger } = traced;
		expect(found.violations).toEqual([]);
		// Not one answer went past the check: what the players saw is what it saw.
		expect([...found.told].sort()).toEqual([...ledger.created, ...ledger.acknowledged].sort());
		expect(found.answers).toBeGreaterThan(400);
	});

	const controls: [what: string, env: Record<string, string>, inject?: string][] = [
		["synchronous=NORMAL", { SAVEPOINT_TEST_FAULT: "synchronous-normal" }],
		["the answer before the commit", { SAVEPOINT_TEST_FAULT: "answer-before-commit" }],
		["syncs that do nothing", {}, "fsync,fdatasync:retval=0"],
	];
	for (const [what, env, inject] of controls)
		it(`[A1] the check fails, as it must, with ${what}`, async () => {
			const traced = await trace(1, env, inject);
			report(what, traced);
			expect(traced.found.answers).toBeGreaterThan(100);
			expect(traced.found.violations.length).toBeGreaterThan(50);
		});
});
