// Goal: doctor finds on PostgreSQL what it finds in a file, and changes nothing. Method: a real
// database with games in every form is copied, one thing in the copy is changed, and the report
// compared. Beside servers that write: postgres-look.test.ts.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readMigrations } from "#src/storage/migrate.js";
import { MODULES } from "#src/storage/modules.js";
import { examinePostgres } from "#src/storage/postgres-doctor.js";
import { POSTGRES } from "../support/drivers.js";
import { copyDatabase, fingerprint } from "../support/postgres/copies.js";
import { type SharedGames, storeSharedGames } from "../support/postgres/shared-games.js";
import { SESSION_HARMS } from "./fixtures/session-harms.js";

let games: SharedGames;
let place: string;

beforeAll(async () => {
	games = await storeSharedGames();
}, 120_000);
beforeEach(async () => {
	place = await copyDatabase(games.place);
});

const idOf = (key: number) => games.sessionIds[key - 1] ?? "";

describe("a healthy database", () => {
	it("[P24] verifies, with everything counted, packed logs and high scores too", async () => {
		const [packed] = await POSTGRES.look(place, "select count(*) as n from packed_logs");
		expect(packed?.["n"]).toBeGreaterThan(10);
		const report = await examinePostgres(place);
		expect(report).toMatchObject({
			...{ verdict: "healthy", unreadable: null, quick: false, replayed: games.sessions },
			...{ drift: [], damage: [], harmedSessions: [] },
			sessions: { examined: games.sessions, active: games.active, harmed: 0 },
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
		expect(report.counters.find(({ name }) => name === "started")?.counted).toBe(games.sessions);
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

	it("[P26] a setting that servers override is told, with its risk", async () => {
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
		expect(last).toEqual({ done: games.sessions, total: games.sessions });
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
	it.each(SESSION_HARMS)(
		"[P24] %s is found and named",
		async (_what, sql, reason, firstBadMove) => {
			await POSTGRES.tamper(place, sql);
			const report = await examinePostgres(place);
			expect(report.verdict).toBe("harmed");
			expect(report.harmedSessions).toEqual([
				{ sessionId: idOf(5), sessionKey: 5, reason, firstBadMove },
			]);
			expect(report.sessions).toMatchObject({ examined: games.sessions, harmed: 1 });
			expect([report.damage, report.drift]).toEqual([[], []]);
		},
	);

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
		expect(report.sessions.harmed).toBe(games.sessions);
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
