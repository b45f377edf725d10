// Goal: a move brings everything, proves it, and refuses what could lose something. Method: a
// database with rows of every kind goes from SQLite to a real PostgreSQL and back; then doctor, the
// proof and a real start look at each place, and each thing that could go wrong is made to.
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { move, previewMove, proveMove } from "#src/operations/move.js";
import type { StorageConfig } from "#src/storage/config.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { noop, POSTGRES, SQLITE, sqliteConfig } from "../../support/drivers.js";
import { createSession, openTestStorage } from "../../support/storage.js";
import { copyGames, type StoredGames, storeGames } from "../../support/stored-games.js";
import {
	emptyPostgres,
	emptySqlite,
	moveTo,
	placeOf,
	SEEDED,
	STORED,
	storeEverything,
} from "./ground.js";

const PATIENCE_MS = 120_000;
const SESSIONS = SEEDED + STORED;

let everything: StoredGames;
let games: StoredGames;
let from: StorageConfig;
beforeAll(async () => {
	everything = await storeEverything();
}, PATIENCE_MS);
afterAll(() => everything.remove());
beforeEach(async () => {
	games = await copyGames(everything);
	from = sqliteConfig(games.database);
});
afterEach(() => games.remove());

const quiet = () => ({ signal: new AbortController().signal, tell: noop });
const prove = (source: StorageConfig, target: StorageConfig) =>
	proveMove({ from: source, to: target, ...quiet() });

describe("a move there and back", { timeout: PATIENCE_MS }, () => {
	it("[L1] brings every row of every kind, and doctor verifies what came back", async () => {
		const before = await examine(games.database);
		const there = await emptyPostgres();
		const moved = await moveTo(from, there);
		expect(moved).toMatchObject({ plan: "fresh", proof: { isEqual: true, sessions: SESSIONS } });
		expect(moved.proof.moves).toBe(before.sessions.moves);
		expect(moved.proof.rows).toMatchObject({ notices: 2, audit_log: 2, high_scores: 2 });
		const back = emptySqlite();
		expect((await moveTo(there, back)).proof).toEqual(moved.proof);
		const after = await examine(placeOf(back));
		expect(after.counters).toEqual(before.counters);
		expect(after.sessions).toEqual(before.sessions);
		// What the move left out is left out on purpose.
		expect(await SQLITE.look(placeOf(back), "select * from operator_sign_ins")).toEqual([]);
		// The first place and the last hold the same, whatever lies in rows or packed.
		expect(await prove(from, back)).toEqual(moved.proof);
	});

	it("[L1] to the place where it was before replaces what was there", async () => {
		const there = await emptyPostgres();
		await moveTo(from, there);
		expect(await moveTo(there, from)).toMatchObject({ plan: "return" });
		expect(await moveTo(from, there)).toMatchObject({ plan: "return", proof: { isEqual: true } });
		await moveTo(there, from);
		const { store, close } = await openTestStorage(games.database);
		const { sessionId } = await createSession(store);
		expect(sessionId).not.toBe("");
		await close();
	});

	it("[L1] new sessions get keys that no session ever had", async () => {
		const there = await emptyPostgres();
		await moveTo(from, there);
		const storage = await POSTGRES.openStorage(placeOf(there));
		const first = storage.sessions.nextKey();
		await storage.commits.drain();
		await storage.close();
		expect(first).toBeGreaterThan(2 ** 32);
	});
});

describe("the proof", { timeout: PATIENCE_MS }, () => {
	let there: StorageConfig;
	beforeEach(async () => {
		there = await emptyPostgres();
		await moveTo(from, there);
	}, PATIENCE_MS);

	it.each([
		[
			"a move",
			"update moves set payload = payload || ' ' where seq = 3 and session_key = (select max(session_key) from moves)",
			", 3 is not the same in both",
		],
		[
			"an artifact",
			"update artifacts set x = x + 1 where artifact_index = 0 and session_key = (select max(session_key) from artifacts)",
			", 0 is not the same in both",
		],
		[
			"a packed log",
			"update packed_logs set log = log || '\\x00'::bytea where session_key = (select max(session_key) from packed_logs)",
			"packed_logs",
		],
		[
			"a checksum",
			"update sessions set checksum = 'x' where session_key = 5",
			"sessions 5 is not the same in both",
		],
		[
			"a session that is gone",
			"delete from sessions where session_key = 6",
			"sessions 6 is in the source only",
		],
		[
			"a row too many",
			"insert into notices values ('o', 1, 'a', 'b', 1, 2, null)",
			"notices o is in the target only",
		],
		["a counter", "update session_stats set won = won + 1", "the counter won"],
		["whose it is", "update service set instance_id = 'x'", "instance_id of the service"],
	])("[L1] names %s", async (_what, sql, sentence) => {
		await POSTGRES.tamper(placeOf(there), sql);
		await expect(prove(from, there)).rejects.toMatchObject({
			code: "MOVE_DIFFERS",
			message: expect.stringContaining(sentence),
		});
	});
});

describe("a move that could lose something", { timeout: PATIENCE_MS }, () => {
	it("[L4] onto another storage is refused, and that is as it was", async () => {
		const other = await storeGames(2);
		const before = readFileSync(other.database, "base64");
		await expect(moveTo(from, sqliteConfig(other.database))).rejects.toMatchObject({
			code: "MOVE_REFUSED",
		});
		expect(readFileSync(other.database, "base64")).toBe(before);
		expect(await examine(other.database)).toMatchObject({ verdict: "healthy" });
		await other.remove();
	});

	it("[L4] into tables of another program is refused", async () => {
		const to = await emptyPostgres();
		await POSTGRES.look(placeOf(to), "create table theirs (a int)");
		await expect(moveTo(from, to)).rejects.toMatchObject({
			code: "MOVE_REFUSED",
			message: expect.stringContaining("another program"),
		});
	});

	it("[L4] from a place that was moved already is refused by the name of the new one", async () => {
		const there = await emptyPostgres();
		await moveTo(from, there);
		await expect(moveTo(from, emptySqlite())).rejects.toMatchObject({ code: "STORAGE_MOVED" });
		await expect(openTestStorage(games.database)).rejects.toMatchObject({
			code: "STORAGE_MOVED",
			message: expect.not.stringContaining("savepoint:savepoint"),
		});
	});

	it("[L4] to a place that went on by itself is refused", async () => {
		const there = await emptyPostgres();
		await moveTo(from, there);
		await SQLITE.tamper(games.database, "update service set heartbeat_at = heartbeat_at + 1");
		await expect(moveTo(there, from)).rejects.toMatchObject({
			code: "MOVE_REFUSED",
			message: expect.stringContaining("not its past"),
		});
	});

	it("[L4] a dry run says what there is and makes nothing", async () => {
		const to = await emptyPostgres();
		const preview = await previewMove({ from, to, signal: new AbortController().signal });
		expect(preview).toMatchObject({
			plan: "fresh",
			served: false,
			rows: { sessions: SESSIONS, notices: 2 },
		});
		expect(preview.bytes).toBeGreaterThan(100_000);
		expect(
			await POSTGRES.look(placeOf(to), "select 1 from pg_tables where schemaname = 'public'"),
		).toEqual([]);
	});
});

describe("an interrupted move", { timeout: PATIENCE_MS }, () => {
	it("[L2] goes on from where it came to; until then no server opens the target", async () => {
		const to = await emptyPostgres();
		const stop = new AbortController();
		let steps = 0;
		const cut = move({
			from,
			to,
			signal: stop.signal,
			tell: () => {
				steps += 1;
				if (steps === 2) stop.abort();
			},
		});
		await expect(cut).rejects.toMatchObject({ code: "INTERRUPTED" });
		await expect(POSTGRES.openStorage(placeOf(to))).rejects.toMatchObject({
			code: "STORAGE_MOVED",
			message: expect.stringContaining("not finished"),
		});
		const other = await storeGames(2);
		await expect(moveTo(sqliteConfig(other.database), to)).rejects.toMatchObject({
			code: "MOVE_REFUSED",
		});
		await other.remove();
		expect(await moveTo(from, to)).toMatchObject({ plan: "resume", proof: { isEqual: true } });
	});

	it("[L2] that had marked its source is finished by the same call", async () => {
		const to = await emptyPostgres();
		await moveTo(from, to);
		await POSTGRES.tamper(placeOf(to), "update service set moving_from = 'there'");
		expect(await moveTo(from, to)).toMatchObject({ plan: "finish", proof: { isEqual: true } });
		const storage = await POSTGRES.openStorage(placeOf(to));
		await storage.commits.drain();
		await storage.close();
	});
});
