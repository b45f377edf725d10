// Goal: what `seed` makes is what a server would have stored, and it never harms what is there.
// Method: the real program fills databases, the real doctor and a real server look at them; and it
// is killed in the middle.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LoggedMove, Session } from "@savepoint/core";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { examine } from "#src/storage/sqlite-doctor.js";
import { testDirectory } from "../support/storage.js";
import { type StoredGames, storeGames } from "../support/stored-games.js";
import { PROGRAM, runCli, serve } from "./support/run-cli.js";

const SESSIONS = 600;
const ACTIVE = 20;
/** Several processes each, and a machine that others use, too. */
const PATIENCE_MS = 120_000;

const rowsOf = (database: string, sql: string): Record<string, unknown>[] => {
	const connection = new Database(database, { readonly: true });
	try {
		return connection.prepare(sql).all() as Record<string, unknown>[];
	} finally {
		connection.close();
	}
};
const seedArgs = (db: string, ...more: readonly string[]): string[] => [
	"seed",
	"--db",
	db,
	"--seed",
	"7",
	"--json",
	...more,
];

describe("a seeded database", { timeout: PATIENCE_MS }, () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	let report: Record<string, unknown>;
	beforeAll(async () => {
		directory = await testDirectory();
		database = join(directory.path, "seeded.sqlite");
		const args = ["--sessions", `${SESSIONS}`, "--active", `${ACTIVE}`];
		const { exitCode, stdout, stderr } = await runCli(seedArgs(database, ...args));
		expect(`${exitCode} ${stderr}`).toBe("0 ");
		report = JSON.parse(stdout);
	}, PATIENCE_MS);
	afterAll(() => directory.remove());

	it("[N1] is healthy, with every counter exact and every result there", async () => {
		expect(report).toMatchObject({ sessions: SESSIONS, active: ACTIVE, interrupted: false });
		const found = await examine(database);
		expect(found).toMatchObject({ verdict: "healthy", damage: [], drift: [] });
		expect(found.sessions).toMatchObject({ examined: SESSIONS, active: ACTIVE, harmed: 0 });
		expect(found.sessions.moves).toBe(report["moves"]);
		expect(found.sessions.moves / SESSIONS).toBeGreaterThan(15);
		expect(found.sessions.moves / SESSIONS).toBeLessThan(25);
		// None of them is due, however late it is looked at: time stands still without a server.
		expect(found.notes.join()).not.toContain("due");
		const results = rowsOf(database, "select distinct result, stale from sessions order by 1, 2");
		expect(results.map(({ result, stale }) => `${result} ${stale}`)).toEqual([
			"null 0",
			"abandoned 0",
			"abandoned 1",
			"lost 0",
			"won 0",
		]);
		const [span] = rowsOf(
			database,
			"select max(started_at) - min(started_at) as ms, max(ended_at) as end from sessions",
		);
		expect(span?.["ms"]).toBeGreaterThan(30 * 24 * 3_600_000);
		expect(span?.["end"]).toBeLessThan(Date.now());
	});

	it("[N1] takes less than 80 bytes a move", () => {
		const [size] = rowsOf(
			database,
			`select page_count * page_size as bytes from pragma_page_count, pragma_page_size`,
		);
		expect(Number(size?.["bytes"]) / Number(report["moves"])).toBeLessThan(80);
	});

	it("[N1] is played on", async () => {
		const server = await serve(database);
		try {
			const [active] = rowsOf(database, "select * from sessions where result is null limit 1");
			const [ended] = rowsOf(database, "select * from sessions where result = 'won' limit 1");
			const get = async (path: string) => (await fetch(server.url + path)).json();
			const session = (await get(`/api/sessions/${active?.["session_id"]}`)) as Session;
			expect(session.result).toBeNull();
			const done = await fetch(`${server.url}/api/sessions/${session.sessionId}/end`, {
				method: "POST",
			});
			expect(done.status).toBeLessThan(300);
			const log = (await get(`/api/sessions/${ended?.["session_id"]}/moves`)) as {
				moves: LoggedMove[];
			};
			expect(log.moves).toHaveLength(Number(ended?.["seq"]));
			expect(log.moves.at(-1)).toMatchObject({ type: "end", result: "won", applied: true });
		} finally {
			await server.kill("SIGTERM");
		}
		expect((await examine(database)).verdict).toBe("healthy");
	});

	it("[N3] gets more only when told", async () => {
		const refused = await runCli(seedArgs(database, "--sessions", "10"));
		expect(refused.exitCode).toBe(2);
		expect(JSON.parse(refused.stdout)).toMatchObject({ code: "USAGE" });
		expect(refused.stdout).toContain(`has ${SESSIONS} sessions`);
		expect((await runCli(seedArgs(database, "--sessions", "10", "--add"))).exitCode).toBe(0);
		const found = await examine(database);
		expect(found).toMatchObject({ verdict: "healthy", sessions: { examined: SESSIONS + 10 } });
	});
});

describe("seed", { timeout: PATIENCE_MS }, () => {
	let games: StoredGames;
	beforeEach(async () => {
		games = await storeGames(4);
	});
	afterEach(() => games.remove());

	it("[N3] [G5] is refused by name beside a server", async () => {
		const server = await serve(games.database);
		const { exitCode, stdout } = await runCli(
			seedArgs(games.database, "--sessions", "10", "--add"),
		);
		await server.kill("SIGTERM");
		expect(exitCode).toBe(80);
		expect(JSON.parse(stdout)).toMatchObject({ code: "STORAGE_LOCKED" });
		expect((await examine(games.database)).sessions.examined).toBe(4);
	});

	it("[N2] killed at any time it leaves a healthy database", async () => {
		const database = join(games.directory, "killed.sqlite");
		const child = spawn(process.execPath, [PROGRAM, ...seedArgs(database, "--sessions", "100000")]);
		const gone = new Promise((resolve) => child.on("close", resolve));
		const stored = (): number =>
			Number(rowsOf(database, "select count(*) as count from sessions")[0]?.["count"]);
		const isUnderWay = (): boolean => {
			try {
				return existsSync(database) && stored() > 0;
			} catch {
				return false;
			}
		};
		while (!isUnderWay()) await new Promise((resolve) => setTimeout(resolve, 20));
		child.kill("SIGKILL");
		await gone;
		const found = await examine(database);
		expect(found).toMatchObject({ verdict: "healthy", drift: [] });
		expect(found.sessions.examined).toBeGreaterThan(0);
		expect(found.sessions.examined).toBeLessThan(100_000);
	});
});
