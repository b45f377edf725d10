// Goal: a session that does not verify is set aside by name and rebuilt as far as its log verifies,
// and nothing else changes. Method: stored games are spoilt behind the server's back, and the real
// command repairs them; doctor is the judge.
import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quarantinedFromRow } from "#src/storage/quarantined/quarantined-rows.js";
import { repair } from "#src/storage/repair.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { openTestStorage, SILENT } from "../support/storage.js";
import { copyGames, type StoredGames, storeGames, tamper } from "../support/stored-games.js";
import { zeroPage } from "./damages.js";
import { packLogs } from "./ground.js";

let games: StoredGames;
const copies: StoredGames[] = [];
beforeAll(async () => {
	games = await storeGames(8);
	packLogs(games.database);
}, 60_000);
afterAll(async () => {
	for (const copy of [...copies, games]) await copy.remove();
});

const spoilt = async (...statements: readonly string[]): Promise<StoredGames> => {
	const copy = await copyGames(games);
	copies.push(copy);
	tamper(copy.database, ...statements);
	return copy;
};

const order = { sessionId: null, isDryRun: false, log: SILENT, onProgress: () => undefined };
const configOf = (path: string) => ({
	engine: "sqlite" as const,
	path,
	requireVolume: false,
	allowNetworkFileSystem: false,
	testFault: null,
});

const registerOf = (database: string) => {
	const connection = new Database(database, { readonly: true });
	const rows = connection.prepare("select * from quarantined_sessions").all();
	connection.close();
	return rows.map((row) => quarantinedFromRow(row as Parameters<typeof quarantinedFromRow>[0]));
};

describe("[B5] a session that does not verify", () => {
	it("[B5] an active one is rebuilt up to its last move that verifies, and plays on", async () => {
		const copy = await spoilt(
			"update moves set payload = '[1,2]' where session_key = 1 and seq = 5",
		);
		const before = await examine(copy.database);
		expect(before).toMatchObject({ verdict: "harmed", sessions: { harmed: 1 } });
		const dry = await repair(configOf(copy.database), { ...order, isDryRun: true });
		expect(dry.sessions).toMatchObject([{ sessionKey: 1, standing: "cut", keptMoves: 4 }]);
		expect((await examine(copy.database)).sessions.harmed).toBe(1);

		const done = await repair(configOf(copy.database), order);
		expect(done.sessions).toEqual(dry.sessions);
		expect(done.sessions[0]?.lost).toEqual({ fromSeq: 5, toSeq: 8 });
		expect(await examine(copy.database)).toMatchObject({ verdict: "healthy", drift: [] });
		const [row] = registerOf(copy.database);
		expect(row).toMatchObject({ sessionKey: 1, standing: "cut", lost: { fromSeq: 5, toSeq: 8 } });
		expect(row?.evidence).toContain('"payload":"[1,2]"');

		const { storage, close } = await openTestStorage(copy.database);
		const loaded = await storage.sessions.load(games.sessionIds[0] ?? "");
		expect(loaded?.record).toMatchObject({ seq: 4, endedAtMs: null });
		await close();
	});

	it("[B5] a row that was changed is made anew from the log, without a loss", async () => {
		const copy = await spoilt("update sessions set score = score + 1 where session_key = 2");
		const done = await repair(configOf(copy.database), order);
		expect(done.sessions).toMatchObject([{ sessionKey: 2, standing: "whole", lost: null }]);
		expect(await examine(copy.database)).toMatchObject({ verdict: "healthy", drift: [] });
	});

	it("[B5] one that had ended keeps its result and is never begun again", async () => {
		const copy = await spoilt("delete from packed_logs where session_key = 3");
		const counters = (await examine(copy.database)).counters;
		const done = await repair(configOf(copy.database), order);
		expect(done.sessions).toMatchObject([{ sessionKey: 3, standing: "kept", keptMoves: 0 }]);
		const after = await examine(copy.database);
		expect(after.counters).toEqual(counters);
		expect(after).toMatchObject({ verdict: "harmed", sessions: { harmed: 1 } });
	});

	it("[B5] one whose fixed fields changed is proven by nothing, and left as it is", async () => {
		const copy = await spoilt("update sessions set seed = seed + 1 where session_key = 1");
		const done = await repair(configOf(copy.database), order);
		expect(done.sessions).toMatchObject([{ sessionKey: 1, standing: "harmed", lost: null }]);
		expect((await examine(copy.database)).harmedSessions).toHaveLength(1);
	});

	it("[B5] is set aside by name when a load finds it, with its row as evidence, once", async () => {
		const copy = await spoilt("update sessions set score = score + 1 where session_key = 2");
		const { storage, close } = await openTestStorage(copy.database);
		for (let load = 0; load < 2; load += 1)
			await expect(storage.sessions.load(games.sessionIds[1] ?? "")).rejects.toMatchObject({
				code: "SESSION_HARMED",
			});
		expect(await storage.sessions.load(games.sessionIds[2] ?? "")).not.toBeNull();
		expect(storage.report().harmedSessions).toBe(1);
		await storage.commits.drain();
		await close();
		expect(registerOf(copy.database)).toMatchObject([
			{ sessionKey: 2, standing: "harmed", reason: expect.stringMatching(/checksum/) },
		]);
	});
});

describe("[B5] repair of a database", () => {
	it("[B5] damaged pages take the road of a recovery, which a dry run only announces", async () => {
		const copy = await spoilt();
		zeroPage(copy.database, "sessions_by_due");
		const dry = await repair(configOf(copy.database), { ...order, isDryRun: true });
		expect(dry.damage.length).toBeGreaterThan(0);
		const done = await repair(configOf(copy.database), order);
		expect(done.recovery?.outcome).toMatch(/8 sessions .* came back\. Nothing is known to be lost/);
		expect(await examine(copy.database)).toMatchObject({ verdict: "healthy" });
		rmSync(join(copy.directory, "quarantine"), { recursive: true });
	});

	it("[B5] is refused beside a server, which a dry run is not", async () => {
		const copy = await spoilt("update sessions set score = score + 1 where session_key = 2");
		const { close } = await openTestStorage(copy.database);
		const options = configOf(copy.database);
		await expect(repair(options, order)).rejects.toMatchObject({ code: "STORAGE_LOCKED" });
		await close();
	});
});
