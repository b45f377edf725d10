// Goal: doctor finds what is harmed, names it exactly, and harms nothing itself. Method: a database
// made by the real authority and storage is copied, one thing in the copy is changed, and the
// report compared.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DoctorReport } from "#src/storage/doctor/report.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { rewriteTerrain } from "../support/rewrite-terrain.js";
import {
	copyGames,
	leafPages,
	type StoredGames,
	storeGames,
	tamper,
} from "../support/stored-games.js";
import { SESSION_HARMS, type SessionHarm } from "./fixtures/session-harms.js";

const SESSIONS = 12;
const MANY = 120;
const MOVES = 8;
let healthy: StoredGames;
/** Enough sessions for several pages of every table. */
let many: StoredGames;
let games: StoredGames;

beforeAll(async () => {
	healthy = await storeGames(SESSIONS);
	many = await storeGames(MANY);
});
afterAll(() => Promise.all([healthy.remove(), many.remove()]));
beforeEach(async () => {
	games = await copyGames(healthy);
});
afterEach(() => games.remove());

/** Everything an onlooker could tell the directory's files apart by. */
const fingerprint = (directory: string) =>
	readdirSync(directory)
		.sort()
		.map((name) => {
			const path = join(directory, name);
			const { size, mtimeMs } = statSync(path);
			return [name, size, mtimeMs, readFileSync(path).toString("base64")];
		});

const idOf = (key: number) => games.sessionIds[key - 1];
const overwrite = (path: string, at: number, bytes: Buffer) => {
	const content = readFileSync(path);
	bytes.copy(content, at);
	writeFileSync(path, content);
};

describe("a healthy database", () => {
	it("[J3] verifies, with everything counted", async () => {
		const report = await examine(games.database);
		expect(report).toMatchObject({
			verdict: "healthy",
			unreadable: null,
			sessions: {
				examined: SESSIONS,
				active: SESSIONS / 4,
				ended: (SESSIONS * 3) / 4,
				moves: SESSIONS * MOVES + (SESSIONS * 3) / 4,
				artifacts: SESSIONS * 3,
				harmed: 0,
			},
			drift: [],
			damage: [],
			harmedSessions: [],
		});
		expect(report.counters.map(({ name }) => name)).toEqual([
			"started",
			"won",
			"lost",
			"abandoned",
			"staleEnded",
			"latestCompletedAt",
			"latestActivityAt",
		]);
		expect(report.counters.find(({ name }) => name === "started")?.stored).toBe(SESSIONS);
	});

	it("[J3] is left as it was, byte for byte, and so is its directory", async () => {
		const before = fingerprint(games.directory);
		await examine(games.database);
		await examine(games.database, { quick: true });
		expect(fingerprint(games.directory)).toEqual(before);
	});

	it("[J3] has its storage described", async () => {
		const { storage } = await examine(games.database);
		expect(storage.files).toMatchObject({ wal: null, shm: null, reserve: 1024 * 1024 });
		expect(storage.fileSystem?.freeBytes).toBeGreaterThan(0);
		expect(storage.instance.state).toBe("closed");
		expect(storage.lock).toEqual({ held: false, owner: null, ownerAlive: null });
		expect(storage.pragmas?.found["journal_mode"]).toBe("wal");
		expect(storage.pragmas?.writer["synchronous"]).toBe(2);
	});

	it("[J3] reports how far it is", async () => {
		const steps: string[] = [];
		await examine(games.database, {}, { onProgress: ({ step }) => steps.push(step) });
		expect(new Set(steps)).toEqual(new Set(["pages", "counters", "sessions", "high scores"]));
	});
});

describe("one harmed session", () => {
	it.each<SessionHarm>([
		...SESSION_HARMS,
		[
			"a move in both parts of the log",
			`insert into move_tail (session_key, seq, move_id, move_type, play_ms, recorded_at, refusal,
				payload, hash) select * from moves where session_key = 5 and seq = 4`,
			"move 4 is there twice",
			4,
		],
	])("[J3] %s is found and named", async (_what, sql, reason, firstBadMove) => {
		expect(tamper(games.database, sql)).toBeGreaterThan(0);
		const report = await examine(games.database);
		expect(report.verdict).toBe("harmed");
		expect(report.harmedSessions).toEqual([
			{ sessionId: idOf(5), sessionKey: 5, reason, firstBadMove },
		]);
		expect(report.sessions).toMatchObject({ examined: SESSIONS, harmed: 1 });
		expect(report.damage).toEqual([]);
	});

	it("[J3] all harmed sessions are counted, the first ones named", async () => {
		tamper(games.database, "update moves set hash = 'x' where seq = 1");
		const report = await examine(games.database, { harmedListMax: 3 });
		expect(report.harmedSessions.map(({ sessionKey }) => sessionKey)).toEqual([1, 2, 3]);
		expect(report.sessions.harmed).toBe(SESSIONS);
	});
});

describe("the database as a whole", () => {
	it.each(["started", "won", "lost", "abandoned", "stale_ended"])(
		"[S3] the counter %s that is off by one is found",
		async (column) => {
			tamper(games.database, `update session_stats set ${column} = ${column} + 1`);
			const { verdict, drift } = await examine(games.database);
			expect(verdict).toBe("harmed");
			expect(drift).toHaveLength(1);
			expect((drift[0]?.stored ?? 0) - (drift[0]?.counted ?? 0)).toBe(1);
		},
	);

	it.each([
		["latest_completed_at", "latestCompletedAt"],
		["latest_activity_at", "latestActivityAt"],
	])("[S3] a wrong time in %s is found", async (column, name) => {
		tamper(games.database, `update session_stats set ${column} = ${column} + 1`);
		const { drift } = await examine(games.database);
		expect(drift.map((counter) => counter.name)).toEqual([name]);
	});

	it("[S3] missing counters are found", async () => {
		tamper(games.database, "delete from session_stats");
		const { verdict, drift } = await examine(games.database);
		expect(verdict).toBe("harmed");
		expect(drift.map(({ name }) => name)).toContain("started");
	});

	it("[J3] rows of a session that does not exist are found", async () => {
		tamper(games.database, "delete from sessions where session_key in (4, 12)");
		const { damage } = await examine(games.database);
		expect(damage).toEqual([
			"3 rows in artifacts of session key 4, which does not exist.",
			"9 rows in moves of session key 4, which does not exist.",
			"3 rows in artifacts of session key 12, which does not exist.",
			"9 rows in moves of session key 12, which does not exist.",
		]);
	});

	it("[J3] a level that this version draws differently is a note", async () => {
		// Such a session was made with another generator: its row and chain are whole, its terrain
		// other.
		rewriteTerrain(games.database, 4);
		const report = await examine(games.database);
		expect(report.verdict).toBe("healthy");
		expect(report.notes.join()).toContain("1 sessions were created with a level");
		expect((await examine(games.database, { quick: true })).notes.join()).not.toContain("level");
	});

	it("[J3] sessions that are due and not ended are a note", async () => {
		// The clock stands still while no server is alive, so it is the stored time that is moved.
		tamper(games.database, "update service set heartbeat_at = heartbeat_at + 3600000");
		const now = () => Date.now() + 3_600_000;
		const report = await examine(games.database, { now });
		expect(report.verdict).toBe("healthy");
		expect(report.notes.join()).toContain("3 sessions are due and not ended");
	});

	it.each(["moves", "artifacts", "sessions"])(
		"[B3] a damaged page of %s harms the sessions on it, and only those",
		async (table) => {
			const damaged = await copyGames(many);
			try {
				const page = leafPages(damaged.database, table)[1] ?? 0;
				overwrite(damaged.database, (page - 1) * 4096, Buffer.alloc(4096, 0xff));
				const { verdict, sessions, harmedSessions, damage } = await examine(damaged.database);
				expect(verdict).toBe("harmed");
				expect(damage.length).toBeGreaterThan(0);
				expect(sessions.examined).toBe(MANY);
				expect(sessions.harmed).toBeGreaterThan(0);
				expect(sessions.harmed).toBeLessThan(MANY / 2);
				// Their ids come from an index that lies elsewhere.
				for (const { sessionId, sessionKey } of harmedSessions)
					expect(sessionId).toBe(many.sessionIds[sessionKey - 1]);
			} finally {
				await damaged.remove();
			}
		},
	);

	it("[B3] a marker that an earlier run left is reported", async () => {
		await writeFile(
			`${games.database}.corrupt`,
			JSON.stringify({ reason: "page 7 was bad", at: "" }),
		);
		const { verdict, damage } = await examine(games.database);
		expect(verdict).toBe("harmed");
		expect(damage).toEqual(["The database is marked as damaged: page 7 was bad"]);
	});
});

describe("what cannot be read", () => {
	const expectUnreadable = (report: DoctorReport, code: string) => {
		expect(report.unreadable?.code).toBe(code);
		expect(report.verdict).toBe("unreadable");
		expect(report.sessions.examined).toBe(0);
	};
	const files = [
		[
			"a header that was overwritten",
			"STORAGE_CORRUPT",
			() => overwrite(games.database, 0, Buffer.alloc(100, 7)),
		],
		["an empty file", "STORAGE_CORRUPT", () => truncate(games.database, 0)],
		["a file that was cut off", "STORAGE_CORRUPT", () => truncate(games.database, 8192)],
		["a text file", "STORAGE_CORRUPT", () => writeFile(games.database, "hello\n".repeat(100))],
		[
			"another program's database",
			"STORAGE_FOREIGN",
			() => tamper(games.database, "pragma application_id = 77"),
		],
		[
			"a newer schema",
			"STORAGE_NEWER_SCHEMA",
			() =>
				tamper(games.database, "insert into schema_migrations values (999999, 'later', 'x', 1)"),
		],
		[
			"a migration that was changed",
			"STORAGE_MIGRATION_CHANGED",
			() => tamper(games.database, "update schema_migrations set checksum = 'x'"),
		],
	] as const;
	it.each(files)("[B4] %s is reported and left as it was", async (_what, code, damage) => {
		await damage();
		const before = fingerprint(games.directory);
		expectUnreadable(await examine(games.database), code);
		expect(fingerprint(games.directory)).toEqual(before);
	});

	it("[B4] a directory in its place is reported", async () => {
		expectUnreadable(await examine(games.directory), "STORAGE_NOT_A_FILE");
	});

	it("[B4] nothing at all is reported, and nothing is made", async () => {
		const path = join(games.directory, "none", "nothing.sqlite");
		expectUnreadable(await examine(path), "STORAGE_MISSING");
		expect(readdirSync(games.directory)).not.toContain("none");
	});
});
