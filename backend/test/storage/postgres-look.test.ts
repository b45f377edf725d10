// Goal: a look at PostgreSQL finds nothing that is not so while servers write, keeps nobody
// waiting, and says why where it cannot look. Method: two stores are played on while doctor reads;
// the same checks without one moment for all are the control.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { SHARED_CHECKS } from "#src/storage/doctor/checks.js";
import { makeReport } from "#src/storage/doctor/make-report.js";
import type { DoctorReport } from "#src/storage/doctor/report.js";
import type { ServerStorage } from "#src/storage/doctor/storage-state.js";
import type { SqlRow, SqlValue } from "#src/storage/driver.js";
import { connect } from "#src/storage/postgres-connection.js";
import { examinePostgres } from "#src/storage/postgres-doctor.js";
import { lookIntoPostgres, PostgresLook } from "#src/storage/postgres-look.js";
import { noop, POSTGRES } from "../support/drivers.js";
import { type Load, startLoad } from "../support/load.js";
import { move, OpenStore, spawn } from "../support/open-store.js";
import { copyDatabase, fingerprint } from "../support/postgres/copies.js";
import { startPostgres, type TestPostgres } from "../support/postgres/embedded.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { type SharedGames, storeSharedGames } from "../support/postgres/shared-games.js";

const PATIENCE_MS = 120_000;

let games: SharedGames;
let place: string;

beforeAll(async () => {
	games = await storeSharedGames();
}, PATIENCE_MS);
beforeEach(async () => {
	place = await copyDatabase(games.place);
});

describe("beside servers that are played on", { timeout: PATIENCE_MS }, () => {
	let servers: OpenStore[];
	let loads: Load[];
	let time: NodeJS.Timeout;
	beforeEach(async () => {
		const open = () => OpenStore.open(POSTGRES, place, { nowMs: Date.now() });
		servers = [await open(), await open()];
		loads = servers.map(({ store }) => startLoad(store, 4));
		time = setInterval(() => {
			for (const server of servers) server.jump(10);
		}, 10);
		return async () => {
			clearInterval(time);
			for (const load of loads) await load.stop();
			for (const server of servers) await server.close();
		};
	});

	it("[P27] finds nothing that is not so, and sees what they have stored", async () => {
		let moves = 0;
		for (let round = 0; round < 8; round += 1) {
			const report = await examinePostgres(place);
			expect(report).toMatchObject({ verdict: "healthy", drift: [], damage: [] });
			expect(report.sessions.moves).toBeGreaterThan(moves);
			expect(report.storage.server).toMatchObject({ slots: 3, connections: expect.any(Number) });
			expect(report.storage.server?.connections).toBeGreaterThanOrEqual(2);
			moves = report.sessions.moves;
		}
		expect(loads.every((load) => load.take().length > 20)).toBe(true);
	});

	/** Resolves when more was stored. */
	const progress = async (): Promise<void> => {
		for (let moves = 0; moves < 5; moves += loads.flatMap((load) => load.take()).length)
			await new Promise((resolve) => setImmediate(resolve));
	};

	it("[P27] finds nothing also where they store something before each of its queries", async () => {
		for (let round = 0; round < 3; round += 1) {
			const { verdict, drift, damage } = await examineSlowly("repeatable read", place, progress);
			expect({ verdict, drift, damage }).toEqual({ verdict: "healthy", drift: [], damage: [] });
		}
	});

	it("[P27] negative control: where each query has its own moment, faults are found", async () => {
		const { verdict, drift } = await examineSlowly("read committed", place, progress);
		expect(verdict).toBe("harmed");
		expect(drift.map(({ name }) => name)).toContain("latestActivityAt");
	});
});

/** What `examinePostgres` asks, with a pause before each query. */
async function examineSlowly(
	isolation: string,
	url: string,
	pause: () => Promise<void>,
): Promise<DoctorReport<ServerStorage>> {
	const storage: ServerStorage = { kind: "server", server: null };
	const connection = connect({ url, max: 1, synchronousCommit: null });
	try {
		return await makeReport({ database: "", storage, options: {} }, async ({ findings }) => {
			await connection.begin(`isolation level ${isolation} read only`, async (transaction) => {
				const look = new SlowLook(transaction);
				look.pause = pause;
				const pages = (sql: string, rowsMax: number) => look.pages(sql, rowsMax);
				for (const check of SHARED_CHECKS)
					await check({ reads: look, pages, findings, quick: true, nowMs: 0, onProgress: noop });
			});
		});
	} finally {
		await connection.end();
	}
}

class SlowLook extends PostgresLook {
	pause: () => Promise<void> = async () => undefined;

	override async select(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]> {
		await this.pause();
		return super.select(sql, params);
	}
}

it("[P28] gives way to a change of the schema, which all others would wait behind", async () => {
	const other = connect({ url: place, max: 1, synchronousCommit: "on", isPatient: true });
	const waiting = "select 1 from pg_locks where not granted and locktype = 'relation'";
	let altered: Promise<unknown> | null = null;
	const look = lookIntoPostgres(place, async (seen) => {
		await seen.select("select count(*) from sessions");
		await seen.select("select count(*) from moves");
		altered = other.unsafe("set lock_timeout = 0; alter table moves add column later integer");
		void altered.catch(noop);
		while ((await POSTGRES.look(place, waiting)).length === 0);
		for (;;) for await (const _ of seen.pages("select * from sessions", 10));
	});
	await expect(look).rejects.toMatchObject({ code: "STORAGE_BUSY" });
	await altered;
	await other.end();
});

describe("a page that was damaged on the disk", { timeout: PATIENCE_MS }, () => {
	let own: TestPostgres;
	let stored: string;
	const onOwn = (sql: string) => POSTGRES.look(`${own.url}/postgres`, sql);
	beforeAll(async () => {
		own = await startPostgres();
		await onOwn("create database stored");
		stored = `${own.url}/stored`;
		const open = await OpenStore.open(POSTGRES, stored);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		await open.close();
		return () => own.stop();
	}, PATIENCE_MS);

	it.each(["sessions", "moves"])("[P25] of %s ends the look, by its code", async (table) => {
		// A copy by files: no page of it is in the server's memory yet.
		await onOwn(`create database broken_${table} template stored strategy file_copy`);
		const broken = `${own.url}/broken_${table}`;
		const [file] = await POSTGRES.look(broken, `select pg_relation_filepath('${table}') as path`);
		const path = join(own.directory, String(file?.["path"]));
		expect(await examinePostgres(stored)).toMatchObject({ verdict: "healthy" });
		const pages = readFileSync(path);
		pages.writeUInt8(pages.readUInt8(8_000) ^ 1, 8_000);
		writeFileSync(path, pages);
		const { verdict, unreadable } = await examinePostgres(broken);
		expect({ verdict, code: unreadable?.code }).toEqual({
			verdict: "unreadable",
			code: "STORAGE_CORRUPT",
		});
	});
});

describe("what cannot be read", () => {
	const expectUnreadable = (report: DoctorReport, code: string) => {
		expect(report.unreadable?.code).toBe(code);
		expect(report.verdict).toBe("unreadable");
		expect(report.sessions.examined).toBe(0);
		expect(JSON.stringify(report)).not.toContain("savepoint:savepoint@");
	};

	it.each([
		[
			"a newer schema",
			"STORAGE_NEWER_SCHEMA",
			"insert into schema_migrations values (999999, 'later', 'x', 1)",
		],
		[
			"a migration that was changed",
			"STORAGE_MIGRATION_CHANGED",
			"update schema_migrations set checksum = 'x'",
		],
	])("[P25] %s is reported and left as it was", async (_what, code, sql) => {
		await POSTGRES.tamper(place, sql);
		const before = await fingerprint(place);
		const report = await examinePostgres(place);
		expectUnreadable(report, code);
		expect(report.storage.server?.databaseBytes).toBeGreaterThan(0);
		expect(await fingerprint(place)).toEqual(before);
	});

	it("[P25] an empty database is no storage, and stays empty", async () => {
		const empty = POSTGRES.makePlace();
		await makeDatabase(empty);
		expectUnreadable(await examinePostgres(empty), "STORAGE_MISSING");
		expect(await fingerprint(empty)).toEqual({});
	});

	it("[P25] no such database, nobody there, a wrong password: each has its code", async () => {
		const server = inject("postgresUrl");
		expectUnreadable(await examinePostgres(POSTGRES.makePlace()), "STORAGE_MISSING");
		const away = await examinePostgres("postgres://savepoint:savepoint@127.0.0.1:1/none");
		expectUnreadable(away, "STORAGE_AWAY");
		expect(away.storage).toEqual({ kind: "server", server: null });
		const wrong = `${server.replace(/:[^:@]*@/, ":wrong@")}/postgres`;
		expectUnreadable(await examinePostgres(wrong), "STORAGE_PERMISSION");
	});
});
