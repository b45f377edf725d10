// Goal: what only the SQLite driver can get wrong: its settings, its WAL, its threads and its clean
// mark. Method: real files, a second connection that reads, damaged pages, a start that cannot
// succeed.
import {
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { CHECKPOINT_WAL_BYTES, JOURNAL_SIZE_LIMIT_BYTES } from "#src/limits.js";
import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { openStorage } from "#src/storage/open.js";
import { applyWriterSettings, readSettings } from "#src/storage/sqlite-settings.js";
import { SqliteWriter } from "#src/storage/sqlite-writer.js";
import { PROBE } from "../support/driver-contract.js";
import { DRIVERS, silentLog, sqliteConfig } from "../support/drivers.js";
import { move, OpenStore, spawn } from "../support/open-store.js";
import { temporaryDirectory } from "./fixtures/files.js";

const kit = DRIVERS.find(({ name }) => name === "sqlite");
if (kit === undefined) throw new Error("sqlite is not in the list of drivers");
const stateOf = (place: string): unknown =>
	JSON.parse(readFileSync(`${place}.instance`, "utf8")).state;

/** A closed database with a few sessions, and the id of one of them. */
async function filled(): Promise<{ place: string; sessionId: string }> {
	const open = await OpenStore.open(kit as NonNullable<typeof kit>);
	const { sessionId } = await open.create();
	for (let at = 0; at < 40; at += 1) await open.play(sessionId, [move(`${at}`, spawn(`${at}`))]);
	await open.close();
	return { place: open.place, sessionId };
}

describe("settings", () => {
	it("[A4] are what makes a commit durable, as the connection itself reports them", () => {
		const path = join(temporaryDirectory(), "a.sqlite");
		const database = new Database(path);
		expect(database.pragma("synchronous", { simple: true })).not.toBe(0);
		applyWriterSettings(database);
		expect(readSettings(database)).toEqual({
			journal_mode: "wal",
			synchronous: 2,
			foreign_keys: 1,
			busy_timeout: 5_000,
			journal_size_limit: JOURNAL_SIZE_LIMIT_BYTES,
			mmap_size: 0,
			trusted_schema: 0,
			cell_size_check: 1,
			wal_autocheckpoint: 0,
			temp_store: 2,
		});
		database.close();
	});

	it("[A4] a connection that does not take one is refused", () => {
		// A database in memory has no write-ahead log.
		const database = new Database(":memory:");
		expect(() => applyWriterSettings(database)).toThrow(
			expect.objectContaining({ code: "STORAGE_UNSAFE_SETTINGS" }),
		);
		database.close();
	});
});

describe("the write-ahead log", () => {
	/** Batches of 4 MiB, each in a transaction of its own. */
	async function write(
		driver: { commit: (batch: (string | number | null)[]) => Promise<unknown> },
		place: number,
		from: number,
	) {
		const note = "x".repeat(4_096);
		const rows = Array.from({ length: 1_000 }, (_, at) => [place, 1, `${from}-${at}`, at, note]);
		expect(await driver.commit(rows.flat())).toMatchObject({ kind: "committed" });
	}

	it("[G4] is brought home between batches, so that it stays small", async () => {
		const place = kit.makePlace();
		const modules = [...MODULES, PROBE];
		const { driver, statements } = await kit.open(place, { modules });
		const insert = statements.placeOf(PROBE.statements[0] as (typeof PROBE.statements)[number]);
		for (let from = 0; from < 8; from += 1) await write(driver, insert, from);
		// Whoever waits here waits for the checkpoint that follows the last batch.
		await driver.commit([]);
		expect(statSync(`${place}-wal`).size).toBeLessThan(2 * CHECKPOINT_WAL_BYTES);
		await driver.close();
	});

	it("[G4] grows while a reader looks on, and is brought home after", async () => {
		const place = kit.makePlace();
		const modules = [...MODULES, PROBE];
		const { driver, statements } = await kit.open(place, { modules });
		const insert = statements.placeOf(PROBE.statements[0] as (typeof PROBE.statements)[number]);
		const reader = new Database(place, { readonly: true });
		reader.exec("begin");
		reader.prepare("select count(*) from probe").get();
		for (let from = 0; from < 6; from += 1) await write(driver, insert, from);
		expect(driver.gauges().walBytes).toBeGreaterThan(CHECKPOINT_WAL_BYTES);
		reader.close();
		await write(driver, insert, 7);
		await driver.commit([]);
		await driver.commit([]);
		expect(driver.gauges().walBytes).toBeLessThan(CHECKPOINT_WAL_BYTES);
		await driver.close();
	});
});

describe("a clean end", () => {
	it("[S1] folds the log's tail and leaves everything in the one file", async () => {
		const { place } = await filled();
		expect(stateOf(place)).toBe("closed");
		expect(existsSync(`${place}-wal`)).toBe(false);
		expect(await kit.look(place, "select count(*) as n from move_tail")).toEqual([{ n: 0 }]);
		expect(await kit.look(place, "select count(*) as n from moves")).toEqual([{ n: 40 }]);
	});

	it("[G6, B4] beside a reader that holds the -wal leaves a healthy database", async () => {
		const { place, sessionId } = await filled();
		const open = await OpenStore.open(kit, place);
		const reader = new Database(place, { readonly: true });
		reader.exec("begin");
		reader.prepare("select count(*) from sessions").get();
		await open.play(sessionId, [move("late", spawn("late"))]);
		await open.close();
		expect(statSync(`${place}-wal`).size).toBeGreaterThan(0);
		expect(stateOf(place)).toBe("closing");
		reader.close();
		const again = await OpenStore.open(kit, place);
		expect((await again.view(sessionId)).seq).toBe(41);
		await again.close();
		expect(readdirSync(dirname(place))).not.toContain("quarantine");
		expect(stateOf(place)).toBe("closed");
	});
});

describe("a start that cannot succeed", () => {
	it("rejects with its reason, calls no onLost, and leaves the lock to the next", async () => {
		const { place } = await filled();
		const lost: string[] = [];
		const broken = {
			name: "broken",
			migrations: new URL("../support/probe-migrations/", import.meta.url),
			statements: [
				{ sql: "insert into nowhere (a) values ($1)", paramCount: 1, changes: 1 as const },
			],
		};
		for (let round = 0; round < 2; round += 1)
			await expect(
				openStorage({
					config: sqliteConfig(place),
					log: silentLog,
					now: Date.now,
					onLost: (code) => lost.push(code),
					modules: [...MODULES, broken],
				}),
			).rejects.toThrow(/nowhere/);
		expect(lost).toEqual([]);
		expect(stateOf(place)).toBe("closed");
	});

	it("[B4] a directory in the place of the database is refused and left alone", async () => {
		const place = kit.makePlace();
		mkdirSync(place);
		await expect(kit.openStorage(place)).rejects.toMatchObject({ code: "STORAGE_NOT_A_FILE" });
		expect(readdirSync(place)).toEqual([]);
	});
});

describe("damage that is found while it runs", () => {
	it("[B3] a damaged page stops the server once; the next start recovers", async () => {
		const { place, sessionId } = await filled();
		// The table's own pages, behind the schema's: read only when somebody asks.
		const [root] = await kit.look(place, "select rootpage from sqlite_schema where name = 'moves'");
		const descriptor = openSync(place, "r+");
		writeSync(
			descriptor,
			Buffer.alloc(4_096, 0x5a),
			0,
			4_096,
			(Number(root?.["rootpage"]) - 1) * 4_096,
		);
		closeSync(descriptor);
		const lost: string[] = [];
		const first = await OpenStore.open(kit, place, { onLost: (code) => lost.push(code) });
		expect((await first.tryView(sessionId)).ok).toBe(false);
		expect((await first.tryView(sessionId)).ok).toBe(false);
		expect(existsSync(`${place}.corrupt`)).toBe(true);
		await first.storage.close();
		expect(lost).toEqual(["STORAGE_CORRUPT"]);
		const again = await openStorage({
			config: sqliteConfig(place),
			log: silentLog,
			now: Date.now,
			onLost: (code) => lost.push(code),
		});
		expect(again.report().recovery?.quarantine).toContain("quarantine");
		// Its row was whole, and its moves lay on the page: it begins again, and the report names them.
		expect((await again.sessions.load(sessionId))?.record.seq).toBe(0);
		expect(again.report().recovery?.outcome).toMatch(/\d/);
		expect(lost).toHaveLength(1);
		await again.commits.drain();
		await again.close();
	});
});

describe("the writer", () => {
	it("[A2] outlives what it can take back, and says what it cannot", async () => {
		const { place } = await filled();
		const writer = new SqliteWriter({ path: place, unsafeSync: false });
		writer.prepare(new StatementList(MODULES).all);
		expect(writer.commit([0, 7, 1]).kind).not.toBe("committed");
		expect(writer.connection.inTransaction).toBe(false);
		expect(writer.commit([]).kind).toBe("committed");
		writer.close();
		expect(writer.commit([]).kind).toBe("lost");
	});
});
