import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { QuarantineView } from "@savepoint/core";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { rowChecksum } from "#src/storage/hashes.js";
import { type Operator, PASSWORD, signInTo } from "../support/operator.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";
import { testDirectory } from "../support/storage.js";
import { tamper } from "../support/stored-games.js";

/**
 * Goal: what was set aside is shown by name with what is lost. Method: the HTTP server over a real
 * database that is spoilt between two of its starts: one row, its register, its header.
 */
describe("quarantine in the console", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let server: SqliteApp;
	let operator: Operator;
	const open = async () => {
		server = await makeSqliteApp({
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			SAVEPOINT_DB_PATH: join(directory.path, "savepoint.sqlite"),
		});
		operator = await signInTo(server.app);
	};
	beforeEach(async () => {
		directory = await testDirectory();
		await open();
	});
	afterEach(async () => {
		await server.close();
		await directory.remove();
	});

	const view = (query = "") => operator.read<QuarantineView>(`/quarantine${query}`);
	const createSession = async (): Promise<string> =>
		(await server.app.inject({ method: "POST", url: "/api/sessions" })).json().sessionId;

	it("[O42] is empty where nothing was ever set aside", async () => {
		expect(await view()).toEqual({ recovery: null, setAside: [], sessions: [], next: null });
	});

	it("[O42] names a session that does not verify, from the moment that it is noticed", async () => {
		const sessionId = await createSession();
		await createSession();
		await server.close();
		tamper(server.database, "update sessions set score = score + 1 where session_key = 1");
		await open();
		expect((await view()).sessions).toEqual([]);
		const found = await server.app.inject(`/api/sessions/${sessionId}`);
		expect(found.json().code).toBe("SESSION_HARMED");
		await vi.waitFor(async () => expect((await view()).sessions).toHaveLength(1));
		expect((await view()).sessions).toMatchObject([
			{ sessionKey: 1, sessionId, standing: "harmed", lost: null, keptMoves: null },
		]);
		expect((await view()).sessions[0]?.reason).toContain("checksum");
	});

	it("[O42] comes page by page, last noticed first, without leaving one out", async () => {
		const id = await createSession();
		await server.close();
		const rows = [
			// Two of one moment, and two whose sessions are gone.
			{ key: 1, atMs: 2_000, standing: "cut", lost: [3, 7] },
			{ key: 7, atMs: 2_000, standing: "kept", lost: [1, 1] },
			{ key: 3, atMs: 3_000, standing: "whole", lost: null },
			{ key: 9, atMs: 1_000, standing: "harmed", lost: null },
		] as const;
		register(server.database, rows);
		await open();
		const seen: QuarantineView["sessions"] = [];
		let after = "";
		do {
			const page = await view(`?limit=1${after && `&after=${after}`}`);
			seen.push(...page.sessions);
			after = page.next ?? "";
		} while (after !== "");
		expect(seen.map((line) => line.sessionKey)).toEqual([3, 7, 1, 9]);
		expect(seen.map((line) => line.sessionId)).toEqual([null, null, id, null]);
		expect(seen[2]).toMatchObject({ standing: "cut", lost: { fromSeq: 3, toSeq: 7 } });
		expect((await view("?limit=9")).sessions).toEqual(seen);
	});

	it("[O42] [O44] walks an index, for the list and for the count", async () => {
		const planOf = async (sql: string): Promise<string> =>
			JSON.stringify(await server.query(`explain query plan ${sql}`));
		const page = await planOf(
			`select q.session_key, s.session_id from quarantined_sessions q
			left join sessions s on s.session_key = q.session_key
			where q.noticed_at <= 5 and (q.noticed_at < 5 or q.session_key < 5)
			order by q.noticed_at desc, q.session_key desc limit 50`,
		);
		expect(page).toContain("quarantined_sessions_by_time");
		expect(page).not.toContain("TEMP B-TREE");
		const count = await planOf(
			`select standing, count(*) from (
				select standing from quarantined_sessions order by noticed_at desc limit 10000) newest
			group by standing`,
		);
		expect(count).toContain("COVERING INDEX quarantined_sessions_by_time");
	});

	it("[O42] tells what a start recovered, and later where the files lie", async () => {
		await createSession();
		await server.close();
		writeFileSync(server.database, "this was a database, once upon a time");
		await open();
		const { recovery, setAside, sessions } = await view();
		expect(recovery?.reason).toBeTruthy();
		expect(recovery?.outcome).toBeTruthy();
		const quarantine = join(directory.path, "quarantine");
		expect(setAside).toHaveLength(1);
		expect(setAside[0]?.directory.startsWith(`${quarantine}/`)).toBe(true);
		expect(setAside[0]?.report).toBe(join(setAside[0]?.directory ?? "", "report.txt"));
		expect(sessions).toEqual([]);

		await server.close();
		mkdirSync(join(quarantine, "2020-01-01T00-00-00-000Z"));
		await open();
		const later = await view();
		expect(later.recovery).toBeNull();
		expect(later.setAside).toEqual([
			...setAside,
			{ directory: join(quarantine, "2020-01-01T00-00-00-000Z"), report: null },
		]);
	});
});

interface Row {
	readonly key: number;
	readonly atMs: number;
	readonly standing: string;
	readonly lost: readonly [number, number] | null;
}

function register(path: string, rows: readonly Row[]): void {
	const connection = new Database(path);
	const insert = connection.prepare(
		"insert into quarantined_sessions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	for (const { key, atMs, standing, lost } of rows) {
		const values = [
			key,
			atMs,
			standing,
			"a test",
			2,
			lost?.[0] ?? null,
			lost?.[1] ?? null,
			null,
			"[]",
		];
		insert.run(...values, rowChecksum(values));
	}
	connection.close();
}
