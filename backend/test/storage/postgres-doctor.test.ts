// Goal: doctor finds on PostgreSQL what it finds in a file, beside servers that write, and changes
// nothing. Method: a real database with games in every form is copied, one thing in the copy is
// changed, and the report compared; then two servers are played on while it looks.
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { seedDatabase } from "#src/cli/seed/seed-database.js";
import { newId, replayIdFor } from "#src/ids.js";
import { SHARED_CHECKS } from "#src/storage/doctor/checks.js";
import { makeReport } from "#src/storage/doctor/make-report.js";
import type { DoctorReport } from "#src/storage/doctor/report.js";
import type { ServerStorage } from "#src/storage/doctor/storage-state.js";
import type { SqlRow, SqlValue } from "#src/storage/driver.js";
import { highScoreParams, insertHighScore } from "#src/storage/high-scores/high-score-rows.js";
import { readMigrations } from "#src/storage/migrate.js";
import { MODULES } from "#src/storage/modules.js";
import { connect } from "#src/storage/postgres-connection.js";
import { examinePostgres } from "#src/storage/postgres-doctor.js";
import { lookIntoPostgres, PostgresLook } from "#src/storage/postgres-look.js";
import { noop, POSTGRES, silentLog, sqliteConfig } from "../support/drivers.js";
import { type Load, startLoad } from "../support/load.js";
import { OpenStore } from "../support/open-store.js";
import { copyDatabase, fingerprint } from "../support/postgres/copies.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { type StoredGames, storeGames } from "../support/stored-games.js";
import { emptyPostgres, moveTo, placeOf } from "./move/ground.js";

const STORED = 12;
const SEEDED = 40;
const SESSIONS = STORED + SEEDED;
const PATIENCE_MS = 120_000;

let games: StoredGames;
let healthy: string;
let place: string;

beforeAll(async () => {
	games = await storeGames(STORED);
	await seedDatabase({
		config: sqliteConfig(games.database),
		...{ sessions: SEEDED, active: 10, seed: 7, add: true },
		signal: new AbortController().signal,
		log: silentLog,
		onProgress: noop,
	});
	const to = await emptyPostgres();
	await moveTo(sqliteConfig(games.database), to);
	healthy = placeOf(to);
	await addScore();
}, PATIENCE_MS);
afterAll(() => games.remove());
beforeEach(async () => {
	place = await copyDatabase(healthy);
});

const idOf = (key: number) => games.sessionIds[key - 1] ?? "";

/** Of a stored game that was lost, with one of its three artifacts left. */
async function addScore(): Promise<void> {
	const lost = "select min(session_key) as key from sessions where result = 'lost'";
	const [row] = await POSTGRES.look(healthy, `${lost} and session_key <= ${STORED}`);
	const sessionKey = Number(row?.["key"]);
	const replayId = replayIdFor(idOf(sessionKey), sessionKey);
	const score = {
		...{ id: newId(1), createdAtMs: 1, createKey: null, playerTag: "Åsa" },
		...{ result: "lost" as const, remaining: 1 },
		proof: { sessionKey, durationMs: 60_000, replayId, averageWaitMs: 3_000 },
	};
	await POSTGRES.tamper(healthy, insertHighScore.sql, highScoreParams(score));
}

describe("a healthy database", () => {
	it("[P24] verifies, with everything counted, packed logs and high scores too", async () => {
		const [packed] = await POSTGRES.look(place, "select count(*) as n from packed_logs");
		expect(packed?.["n"]).toBeGreaterThan(10);
		const report = await examinePostgres(place);
		expect(report).toMatchObject({
			...{ verdict: "healthy", unreadable: null, quick: false, replayed: SESSIONS },
			...{ drift: [], damage: [], harmedSessions: [] },
			sessions: { examined: SESSIONS, active: STORED / 4 + 10, harmed: 0 },
		});
		const [moves] = await POSTGRES.look(
			place,
			"select (select count(*) from moves) + (select sum(seq) from packed_logs) as n",
		);
		expect(report.sessions.moves).toBe(moves?.["n"]);
		expect(report.counters.map(({ name }) => name)).toEqual([
			...["started", "won", "lost", "abandoned", "staleEnded"],
			...["latestCompletedAt", "latestActivityAt"],
		]);
		expect(report.counters.find(({ name }) => name === "started")?.counted).toBe(SESSIONS);
	});

	it("[P25] is left as it was, row for row, and gives no slot away", async () => {
		const before = await fingerprint(place);
		await examinePostgres(place);
		await examinePostgres(place, { quick: true });
		expect(await fingerprint(place)).toEqual(before);
	});

	it("[P26] has its server described, and nothing of files", async () => {
		const { storage, database } = await examinePostgres(place);
		expect(storage).toEqual({
			kind: "server",
			server: {
				version: expect.stringMatching(/^PostgreSQL \d+/),
				isStandby: false,
				settings: {
					...{ fsync: "on", full_page_writes: "on", synchronous_commit: "on" },
					...{ synchronous_standby_names: "", data_checksums: expect.stringMatching(/^o[nf]f?$/) },
				},
				schemaVersion: readMigrations(MODULES, POSTGRES.name).at(-1)?.version,
				databaseBytes: expect.any(Number),
				slots: 1,
				connections: 0,
			},
		});
		expect(storage.server?.databaseBytes).toBeGreaterThan(100_000);
		expect(database).not.toContain("savepoint:savepoint");
	});

	it("[P26] a setting of the database that its servers override is told, with its risk", async () => {
		const name = place.slice(place.lastIndexOf("/") + 1);
		await POSTGRES.look(place, `alter database ${name} set synchronous_commit = off`);
		const { storage, notes, verdict } = await examinePostgres(place);
		expect(storage.server?.settings["synchronous_commit"]).toBe("off");
		expect(notes.join()).toContain("synchronous_commit is off in the database");
		expect(verdict).toBe("healthy");
	});

	it("[P24] reports how far it is", async () => {
		const steps: string[] = [];
		let last = { done: 0, total: 0 };
		const onProgress = ({ step, done, total }: { step: string; done: number; total: number }) => {
			steps.push(step);
			if (step === "sessions") last = { done, total };
		};
		await examinePostgres(place, {}, { onProgress });
		expect(new Set(steps)).toEqual(new Set(["counters", "sessions", "high scores"]));
		expect(last).toEqual({ done: SESSIONS, total: SESSIONS });
	});

	it("[P25] with migrations pending is looked at as it is, and they stay pending", async () => {
		for (const sql of [
			"drop table removed_sessions, archived_sessions, high_scores",
			"delete from schema_migrations where version in (2, 40)",
		])
			await POSTGRES.look(place, sql);
		const before = await fingerprint(place);
		const { verdict, notes, drift } = await examinePostgres(place);
		expect({ verdict, drift }).toEqual({ verdict: "healthy", drift: [] });
		expect(notes.join()).toContain("2 migrations are pending");
		expect(await fingerprint(place)).toEqual(before);
		expect(await POSTGRES.hasTable(place, "removed_sessions")).toBe(false);
	});
});

describe("one harmed session", () => {
	it.each([
		[
			"a byte of a move",
			"update moves set payload = replace(payload, 'a1', 'a2') where session_key = 5 and seq = 4",
			"move 4 does not match its hash",
			4,
		],
		[
			"a byte of an artifact",
			"update artifacts set x = x + 1 where session_key = 5 and artifact_index = 1",
			"the stored artifacts are not those of the moves",
			null,
		],
		[
			"a missing artifact",
			"delete from artifacts where session_key = 5 and artifact_index = 2",
			"the stored artifacts are not those of the moves",
			null,
		],
		[
			"a digit of the session's row",
			"update sessions set score = score + 1 where session_key = 5",
			"the session's row does not match its checksum",
			null,
		],
		[
			"a missing move in the middle",
			"delete from moves where session_key = 5 and seq = 3",
			"move 3 is missing",
			3,
		],
		[
			"missing last moves",
			"delete from moves where session_key = 5 and seq > 6",
			"the log ends at move 6, the snapshot stands at 8",
			7,
		],
	])("[P24] %s is found and named", async (_what, sql, reason, firstBadMove) => {
		await POSTGRES.tamper(place, sql);
		const report = await examinePostgres(place);
		expect(report.verdict).toBe("harmed");
		expect(report.harmedSessions).toEqual([
			{ sessionId: idOf(5), sessionKey: 5, reason, firstBadMove },
		]);
		expect(report.sessions).toMatchObject({ examined: SESSIONS, harmed: 1 });
		expect([report.damage, report.drift]).toEqual([[], []]);
	});

	it("[P24] a byte of a packed log is found", async () => {
		await POSTGRES.tamper(
			place,
			`update packed_logs set log = set_byte(log, 30, get_byte(log, 30) # 1)
			where session_key = (select min(session_key) from packed_logs)`,
		);
		const { verdict, sessions } = await examinePostgres(place);
		expect({ verdict, harmed: sessions.harmed }).toEqual({ verdict: "harmed", harmed: 1 });
	});

	it("[P24] all harmed sessions are counted, the first ones named", async () => {
		await POSTGRES.tamper(place, "update sessions set checksum = 'x'");
		const report = await examinePostgres(place, { harmedListMax: 3 });
		expect(report.harmedSessions.map(({ sessionKey }) => sessionKey)).toEqual([1, 2, 3]);
		expect(report.sessions.harmed).toBe(SESSIONS);
	});
});

describe("the database as a whole", () => {
	it.each([
		["started", "started"],
		["won", "won"],
		["lost", "lost"],
		["abandoned", "abandoned"],
		["stale_ended", "staleEnded"],
		["latest_completed_at", "latestCompletedAt"],
		["latest_activity_at", "latestActivityAt"],
	])("[P24, S3] %s that is off by one in one slot is found", async (column, name) => {
		await POSTGRES.tamper(place, `update session_stats set ${column} = ${column} + 1`);
		const { verdict, drift } = await examinePostgres(place);
		expect(verdict).toBe("harmed");
		expect(drift.map((counter) => counter.name)).toEqual([name]);
		expect((drift[0]?.stored ?? 0) - (drift[0]?.counted ?? 0)).toBe(1);
	});

	it("[P24, S3] missing counters are found", async () => {
		await POSTGRES.tamper(place, "delete from session_stats");
		const { drift } = await examinePostgres(place);
		expect(drift.map(({ name }) => name)).toContain("started");
	});

	it("[P24] rows of sessions that do not exist are named, wherever their keys lie", async () => {
		const [last] = await POSTGRES.look(place, "select max(session_key) as key from packed_logs");
		const packedKey = Number(last?.["key"]);
		await POSTGRES.tamper(place, `delete from sessions where session_key in (1, 9, ${packedKey})`);
		await POSTGRES.tamper(
			place,
			"insert into artifacts values (9000000000, 0, 'a', 1, 1, 'ground')",
		);
		const { damage, verdict } = await examinePostgres(place);
		expect(verdict).toBe("harmed");
		expect(damage).toEqual([
			"3 rows in artifacts of session key 1, which does not exist.",
			"8 rows in moves of session key 1, which does not exist.",
			"3 rows in artifacts of session key 9, which does not exist.",
			"8 rows in moves of session key 9, which does not exist.",
			`1 rows in packed_logs of session key ${packedKey}, which does not exist.`,
			"1 rows in artifacts of session key 9000000000, which does not exist.",
		]);
	});

	it.each([
		["a name", "update high_scores set player_tag = 'Bo'", "does not match its checksum"],
		[
			"its session",
			`delete from sessions where session_key in (select session_key from high_scores)`,
			"its session does not exist",
		],
	])("[P24] a high score is held against %s", async (_what, sql, sentence) => {
		await POSTGRES.tamper(place, sql);
		const said = (await examinePostgres(place)).damage.filter((line) => /^High score/.test(line));
		expect(said).toHaveLength(1);
		expect(said[0]).toContain(sentence);
	});

	it("[P24] a missing clock is found; sessions that are due are a note", async () => {
		const nowMs = Date.now() + 3_600_000;
		await POSTGRES.tamper(place, "update service set heartbeat_at = heartbeat_at + 3600000");
		const due = await examinePostgres(place, { now: () => nowMs });
		expect(due.verdict).toBe("healthy");
		expect(due.notes.join()).toMatch(/\d+ sessions are due and not ended/);
		await POSTGRES.tamper(place, "delete from service");
		const { damage } = await examinePostgres(place);
		expect(damage).toEqual(["The row that tells the service's clock is missing."]);
	});
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

it("[P28] gives way to a change of the schema, which everybody else would wait behind", async () => {
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

	it("[P25] no such database, nobody there, and a wrong password each have their code", async () => {
		const server = inject("postgresUrl");
		expectUnreadable(await examinePostgres(POSTGRES.makePlace()), "STORAGE_MISSING");
		const away = await examinePostgres("postgres://savepoint:savepoint@127.0.0.1:1/none");
		expectUnreadable(away, "STORAGE_AWAY");
		expect(away.storage).toEqual({ kind: "server", server: null });
		const wrong = `${server.replace(/:[^:@]*@/, ":wrong@")}/postgres`;
		expectUnreadable(await examinePostgres(wrong), "STORAGE_PERMISSION");
	});
});
