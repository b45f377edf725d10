// Goal: what retention has hidden can be brought back by a command, and that is on record. Method:
// marks as the server sets them, on stored games; the real program, beside a real server and
// without one.
import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StoredGames, storeGames, tamper } from "../support/stored-games.js";
import { runCli, type ServingProcess, serve } from "./support/run-cli.js";

const DAY_MS = 24 * 3_600_000;

describe("[B63] retention undo", { timeout: 60_000 }, () => {
	let games: StoredGames;
	let server: ServingProcess | null = null;
	beforeEach(async () => {
		games = await storeGames(4);
	});
	afterEach(async () => {
		await server?.kill("SIGKILL");
		server = null;
		await games.remove();
	});

	/** As a pass of retention does it, so many days ago. */
	const hide = (key: number, daysAgo: number): void => {
		const removedAtMs = Date.now() - daysAgo * DAY_MS;
		tamper(
			games.database,
			`insert into removed_sessions select session_key, session_id, 'retention', ${removedAtMs},
				${removedAtMs + 7 * DAY_MS} from sessions where session_key = ${key}`,
		);
	};
	const undo = (...args: string[]) =>
		runCli(["retention", "undo", "--db", games.database, ...args]);
	const statusOf = async (url: string, key: number): Promise<number> =>
		(await fetch(`${url}/api/sessions/${games.sessionIds[key - 1]}`)).status;
	const audited = (): unknown[] => {
		const connection = new Database(games.database, { readonly: true });
		const rows = connection.prepare("select action, origin, state_before from audit_log").all();
		connection.close();
		return rows;
	};

	it("[B63] beside a server: they are there again at once, and the audit log has it", async () => {
		hide(2, 2);
		hide(3, 1);
		server = await serve(games.database);
		expect([await statusOf(server.url, 2), await statusOf(server.url, 3)]).toEqual([404, 404]);
		const since = new Date(Date.now() - 1.5 * DAY_MS).toISOString();
		const { exitCode, stdout } = await undo("--since", since, "--json");
		expect(exitCode).toBe(0);
		expect(JSON.parse(stdout)).toEqual({ sessions: 1, keepDays: 30, hidesAgain: false });
		expect([await statusOf(server.url, 2), await statusOf(server.url, 3)]).toEqual([404, 200]);
		expect((await undo()).stdout).toBe("1 session is back.\n");
		expect(await statusOf(server.url, 2)).toBe(200);
		expect((await undo()).stdout).toBe("Nothing was hidden that can still be brought back.\n");
		await server.kill("SIGTERM");
		expect(audited()).toMatchObject([
			{ action: "undo-retention", origin: "command line" },
			{ action: "undo-retention", state_before: expect.stringContaining('"hiddenSessions":1') },
		]);
	});

	it("[B63] without one: the same, with a warning where it would not last", async () => {
		tamper(
			games.database,
			"update sessions set ended_at = 1000 where session_key = 2 and result is not null",
		);
		hide(2, 1);
		hide(3, 8);
		const { stdout } = await undo();
		expect(stdout).toMatch(
			/^1 session is back\.\nWarning: .*30 days.*Raise SAVEPOINT_RETENTION_DAYS/,
		);
		expect(audited()).toHaveLength(1);
		server = await serve(games.database);
		// The undo window of the third is over.
		expect(await statusOf(server.url, 3)).toBe(404);
	});

	it("[B63] makes no database, and takes no other kind of time", async () => {
		const nowhere = join(games.directory, "nowhere.sqlite");
		expect((await runCli(["retention", "undo", "--db", nowhere])).exitCode).toBe(66);
		expect(existsSync(nowhere)).toBe(false);
		const { exitCode, stderr } = await undo("--since", "yesterday");
		expect(exitCode).toBe(2);
		expect(stderr).toContain("2026-11-25T15:00:00Z");
	});
});
