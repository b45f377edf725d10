// Goal: a session is repaired while its server runs, and nobody else notices. Method: stored games
// are spoilt behind the back of a real server, and the real command asks that server over its
// socket.
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { examine } from "#src/storage/sqlite-doctor.js";
import { runCli, type ServingProcess, serve } from "../cli/support/run-cli.js";
import { type StoredGames, storeGames, tamper } from "../support/stored-games.js";

const SPOILT_MOVE = "update move_tail set payload = '[1,2]' where session_key = 1 and seq = 5";

describe("[B61] repair beside a running server", { timeout: 120_000 }, () => {
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

	const repair = async (...args: string[]) => {
		const { exitCode, stdout } = await runCli([
			"repair",
			"--db",
			games.database,
			"--json",
			...args,
		]);
		return { exitCode, report: JSON.parse(stdout) };
	};
	const get = async (url: string, sessionId: string | undefined) => {
		const response = await fetch(`${url}/api/sessions/${sessionId}`);
		return { httpStatus: response.status, ...(await response.json()) };
	};
	const audited = (): unknown[] => {
		const connection = new Database(games.database, { readonly: true });
		const rows = connection.prepare("select * from audit_log").all();
		connection.close();
		return rows;
	};
	const spoilMoves = (): void => {
		const changed = tamper(
			games.database,
			"update moves set payload = '[1,2]' where session_key = 1 and seq = 5",
			SPOILT_MOVE,
		);
		expect(changed).toBe(1);
	};

	it("[B61] the server repairs the session; it plays on, and so do all others", async () => {
		spoilMoves();
		server = await serve(games.database);
		const [harmed, won] = games.sessionIds;
		expect(await get(server.url, harmed)).toMatchObject({ code: "SESSION_HARMED" });
		const before = await get(server.url, won);
		const { exitCode, report } = await repair("--session", harmed ?? "");
		expect(exitCode).toBe(0);
		expect(report.sessions).toMatchObject([
			{ sessionKey: 1, standing: "cut", keptMoves: 4, lost: { fromSeq: 5, toSeq: 8 } },
		]);
		// Moves are lost, so clients must compare: the generation is seen at once, and stored.
		const after = await get(server.url, harmed);
		expect(after).toMatchObject({ httpStatus: 200, seq: 4, generation: 2 });
		expect(await get(server.url, won)).toEqual({ ...before, generation: 2 });
		const spawned = await fetch(`${server.url}/api/sessions/${harmed}/spawn`, {
			method: "POST",
			body: '{"x":10,"y":20}',
		});
		expect(spawned.status).toBe(201);
		await server.kill("SIGTERM");
		expect(audited()).toMatchObject([
			{ action: "repair-session", subject: harmed, origin: "command line", undone_by: null },
		]);
		server = await serve(games.database);
		expect(await get(server.url, harmed)).toMatchObject({ seq: 5, generation: 2 });
		expect(await examine(games.database)).toMatchObject({ verdict: "healthy", drift: [] });
	});

	it("[B61] a session in memory is not played on with what is gone", async () => {
		server = await serve(games.database);
		const [session] = games.sessionIds;
		expect(await get(server.url, session)).toMatchObject({ seq: 8 });
		spoilMoves();
		expect(await get(server.url, session)).toMatchObject({ seq: 8 });
		const { report } = await repair("--all");
		expect(report.sessions).toMatchObject([{ sessionKey: 1, standing: "cut" }]);
		expect(await get(server.url, session)).toMatchObject({ httpStatus: 200, seq: 4 });
	});

	it("[B61] what verifies is left alone; no loss costs no generation", async () => {
		server = await serve(games.database);
		expect(await repair("--all")).toMatchObject({ exitCode: 0, report: { sessions: [] } });
		tamper(games.database, "update sessions set score = score + 1 where session_key = 2");
		expect((await repair("--all")).report.sessions).toMatchObject([
			{ sessionKey: 2, standing: "whole" },
		]);
		expect(await get(server.url, games.sessionIds[1])).toMatchObject({ generation: 1 });
	});

	it("[B61] damage of the database itself is refused, with what to do", async () => {
		server = await serve(games.database);
		tamper(games.database, "insert into packed_logs (session_key, seq, log) values (99, 1, x'00')");
		const { exitCode, report } = await repair("--all");
		expect([exitCode, report.code]).toEqual([80, "STORAGE_LOCKED"]);
		expect(report.error).toMatch(/database itself is damaged.*stop it, run the repair/);
	});

	it("[B61] an unknown session is said to be none", async () => {
		server = await serve(games.database);
		const { report } = await repair("--session", "no-such-session");
		expect(report.code).toBe("SESSION_NOT_FOUND");
	});
});
