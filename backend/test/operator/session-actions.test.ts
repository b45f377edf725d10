// Goal: what an operator does to a session is whole, told to its players, and can be taken back.
// Method: the HTTP server over a real database with real backups, called as the console does; the
// counters are held against a recount of the stored rows after everything.
import type {
	RestoreChoices,
	RestoreDiff,
	Session,
	SessionAudit,
	SessionLog,
} from "@savepoint/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LiveClient } from "../support/live-client.js";
import { Operator, type Send } from "../support/operator.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";

const PASSWORD = "correct horse battery";
const DAY_MS = 24 * 3_600_000;
/** Less than what the server would take for an absence, with room for a slow machine. */
const LIVE_STEP_MS = 200;

let server: SqliteApp;
let operator: Operator;
let url: string;
const send: Send = async ({ method, url: path, headers, body }) => {
	const answer = await server.app.inject({
		method,
		url: path,
		headers: { ...headers },
		...(body !== undefined && { payload: body }),
	});
	const cookie = answer.headers["set-cookie"];
	return { status: answer.statusCode, text: answer.body, cookie: cookie?.toString() ?? null };
};

beforeAll(async () => {
	server = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
	url = await server.app.listen({ port: 0, host: "127.0.0.1" });
	operator = await Operator.signIn(send, PASSWORD);
});
afterAll(() => server.close());
afterEach(async () => {
	const { stored, counted } = await server.recount();
	expect(stored).toEqual(counted);
});

const call = async <T = Session>(method: "GET" | "POST", path: string, body?: object) => {
	const answer = await send({ method, url: path, headers: {}, ...(body && { body }) });
	return { status: answer.status, body: JSON.parse(answer.text) as T & { code?: string } };
};
const see = async (id: string) => (await call("GET", `/api/sessions/${id}`)).body;
const stats = async () => (await call<Record<string, unknown>>("GET", "/api/sessions/stats")).body;
const play = (id: string, name: string) =>
	call<{ seq: number }>("POST", `/api/sessions/${id}/moves`, {
		moves: [{ id: name, type: "spawn", artifactId: name, x: 100, y: 200 }],
	});
const endOf = (id: string, result: "won" | "lost" = "lost") =>
	call("POST", `/api/sessions/${id}/end`, { result });

/** A session with some artifacts, of a game that can be long. */
async function game(requestedDurationSeconds = 60): Promise<string> {
	const { body } = await call("POST", "/api/sessions", { requestedDurationSeconds });
	await play(body.sessionId, "a");
	await play(body.sessionId, "b");
	return body.sessionId;
}

/** Time in which the server is alive, so that it is no downtime. */
async function live(ms: number): Promise<void> {
	const { body } = await call("POST", "/api/sessions", { requestedDurationSeconds: 600 });
	for (let left = ms; left > 0; left -= LIVE_STEP_MS) {
		server.skip(Math.min(LIVE_STEP_MS, left));
		await play(body.sessionId, `tick-${left}`);
	}
	await endOf(body.sessionId);
}

describe("ending a session", () => {
	it("[O20, O22] ends it as abandoned, tells who watches, and is no activity", async () => {
		const id = await game();
		const watching = new LiveClient(`${url.replace("http", "ws")}/api/sessions/${id}/live`);
		expect(await watching.next()).toMatchObject({ type: "hello", seq: 2 });
		const before = await stats();

		const entry = await operator.does(`/sessions/${id}/end`);
		expect(entry).toMatchObject({
			action: "end-session",
			subject: id,
			undo: "reopen-session",
			before: { status: "active", result: null, seq: 2, artifacts: 2 },
			after: { status: "ended", result: "abandoned", seq: 3, artifacts: 2 },
		});
		expect(await watching.next()).toMatchObject({ type: "changed", seq: 3, ended: true });
		watching.socket.close();
		expect(await see(id)).toMatchObject({ status: "ended", result: "abandoned", seq: 3 });
		const after = await stats();
		expect(after).toMatchObject({
			abandonedCount: Number(before["abandonedCount"]) + 1,
			latestActivityAt: before["latestActivityAt"],
			staleEndedCount: before["staleEndedCount"],
		});
		expect((await play(id, "late")).body).toMatchObject({ seq: 3 });
		const { body: log } = await operator.get<SessionLog>(`/sessions/${id}/log?limit=2`);
		expect(log.moves.map(({ seq, type }) => [seq, type])).toEqual([
			[3, "end"],
			[2, "spawn"],
		]);
		expect(await operator.refused(`/sessions/${id}/end`)).toBe("SESSION_ENDED");
	});

	it("[O21] is undone with the time that was left, and the player plays on", async () => {
		const id = await game(20);
		await live(5_000);
		const before = await see(id);
		expect(before.remainingSeconds).toBeLessThan(17);
		const { id: entryId } = await operator.does(`/sessions/${id}/end`);
		const { replayId } = await see(id);
		expect((await call("GET", `/api/replays/${replayId}`)).status).toBe(200);
		await live(20_000);
		const undo = await operator.does(`/audit/${entryId}/undo`);
		expect(undo).toMatchObject({
			action: "reopen-session",
			before: { result: "abandoned", seq: 3 },
			after: { result: null, seq: 4 },
			undo: null,
		});
		const back = await see(id);
		expect(back).toMatchObject({ status: "active", artifacts: before.artifacts, seq: 4 });
		expect(Math.abs(back.remainingSeconds - before.remainingSeconds)).toBeLessThan(1);
		expect((await call("GET", `/api/replays/${replayId}`)).status).toBe(404);
		expect((await play(id, "c")).body.seq).toBe(5);
		expect((await endOf(id)).status).toBe(200);
		expect(await see(id)).toMatchObject({ result: "lost" });
	});

	it("[O21] is undone once, and not when the session has gone on since", async () => {
		const id = await game();
		const name = await server.backUp();
		const first = await operator.does(`/sessions/${id}/end`);
		await operator.does(`/audit/${first.id}/undo`);
		expect(await operator.refused(`/audit/${first.id}/undo`)).toBe("NOTHING_TO_UNDO");
		const second = await operator.does(`/sessions/${id}/end`);
		await operator.does(`/sessions/${id}/restore`, { from: name, seq: 5 });
		const { status, body } = await operator.post(`/audit/${second.id}/undo`);
		expect([status, body.code]).toEqual([409, "UNDO_OUTDATED"]);
		expect(body.error).toContain("backup");
		expect((await see(id)).seq).toBe(6);
	});
});

describe("deleting a session", () => {
	it("[O20, O22] hides it, ends its live connections, and takes it out of the counts", async () => {
		const id = await game();
		await endOf(id, "won");
		const { replayId } = await see(id);
		const before = await stats();
		const watching = new LiveClient(`${url.replace("http", "ws")}/api/sessions/${id}/live`);
		await watching.next();
		const entry = await operator.does(`/sessions/${id}/delete`);
		expect(entry).toMatchObject({ action: "delete-session", undo: "undelete-session" });
		expect(await watching.closed).toEqual({ code: 4404, reason: "SESSION_NOT_FOUND" });
		expect((await call("GET", `/api/sessions/${id}`)).body.code).toBe("SESSION_NOT_FOUND");
		expect((await call("GET", `/api/replays/${replayId}`)).status).toBe(404);
		expect(await stats()).toMatchObject({
			startedCount: Number(before["startedCount"]) - 1,
			lostCount: Number(before["lostCount"]) - 1,
		});
		const { body } = await operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.removal).toMatchObject({ reason: "operator" });
		expect(body.entries.map(({ action }) => action)).toEqual(["delete-session"]);
		for (const deed of ["end", "delete"])
			expect(await operator.refused(`/sessions/${id}/${deed}`)).toBe("SESSION_NOT_FOUND");

		await operator.does(`/audit/${entry.id}/undo`);
		expect(await see(id)).toMatchObject({ result: "lost", seq: 3, replayId });
		expect(await stats()).toEqual(before);
		expect((await call("GET", `/api/replays/${replayId}`)).status).toBe(200);
		expect(await operator.refused(`/audit/${entry.id}/undo`)).toBe("NOTHING_TO_UNDO");
	});

	it("[O21] of an active one is undone with the time that was left", async () => {
		const id = await game(10);
		await live(3_000);
		const before = await see(id);
		const entry = await operator.does(`/sessions/${id}/delete`);
		// The sweep would have ended it by now.
		await live(45_000);
		await operator.does(`/audit/${entry.id}/undo`);
		const back = await see(id);
		expect(back).toMatchObject({ status: "active", artifacts: before.artifacts, seq: 3 });
		expect(Math.abs(back.remainingSeconds - before.remainingSeconds)).toBeLessThan(1);
		expect((await play(id, "c")).body.seq).toBe(4);
		// And what came back can go, and come back, once more.
		const again = await operator.does(`/sessions/${id}/delete`);
		await operator.does(`/audit/${again.id}/undo`);
		expect((await play(id, "d")).body.seq).toBe(6);
	});

	it("[O21] can no longer be undone when what was stored is gone", async () => {
		const id = await game();
		const ended = await operator.does(`/sessions/${id}/end`);
		const entry = await operator.does(`/sessions/${id}/delete`);
		const { code, error } = (await operator.post(`/audit/${ended.id}/undo`)).body;
		expect([code, error]).toEqual(["NOTHING_TO_UNDO", expect.stringContaining("removed")]);
		server.skip(8 * DAY_MS);
		operator = await Operator.signIn(send, PASSWORD);
		await server.retain();
		expect(await server.query(`select 1 from sessions where session_id = '${id}'`)).toEqual([]);
		const gone = await operator.post(`/audit/${entry.id}/undo`);
		expect([gone.status, gone.body.code]).toEqual([409, "NOTHING_TO_UNDO"]);
		expect(gone.body.error).toContain("gone");
		const { body } = await operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.removal).toBeNull();
		expect(body.entries.map(({ undo }) => undo)).toEqual([null, "reopen-session"]);
	});
});

describe("restoring a session", () => {
	it("[O20, O21, O22] shows the difference, swaps, tells who watches, and is undone", async () => {
		const id = await game();
		const name = await server.backUp();
		await play(id, "late");
		await endOf(id);
		const ended = await see(id);
		const { body: choices } = await operator.get<RestoreChoices>(`/sessions/${id}/backups`);
		expect(choices.backups[0]).toMatchObject({ name, proven: true });
		const { body: diff } = await operator.get<RestoreDiff>(`/sessions/${id}/restore?from=${name}`);
		expect(diff).toMatchObject({
			here: { seq: 4, result: "lost" },
			there: { seq: 2, result: null },
			movesAfter: 2,
			artifacts: { added: 0, removed: 1, changed: 0 },
		});
		const watching = new LiveClient(`${url.replace("http", "ws")}/api/sessions/${id}/live`);
		await watching.next();
		const entry = await operator.does(`/sessions/${id}/restore`, { from: name, seq: 4 });
		expect(entry).toMatchObject({
			action: "restore-session",
			before: { result: "lost", seq: 4 },
			after: { result: null, seq: 5, from: name },
		});
		expect(await watching.next()).toMatchObject({ type: "changed", seq: 5, ended: false });
		watching.socket.close();
		expect((await see(id)).artifacts).toHaveLength(2);
		const undo = await operator.does(`/audit/${entry.id}/undo`);
		expect(undo).toMatchObject({ action: "undo-restore", after: { result: "lost", seq: 6 } });
		const { seq: _more, remainingSeconds: _passes, ...same } = ended;
		expect(await see(id)).toMatchObject({ ...same, seq: 6 });
	});

	it("[O21] is not undone when the player has gone on since", async () => {
		const id = await game();
		const name = await server.backUp();
		await play(id, "late");
		const entry = await operator.does(`/sessions/${id}/restore`, { from: name, seq: 3 });
		await play(id, "after");
		expect(await operator.refused(`/audit/${entry.id}/undo`)).toBe("UNDO_OUTDATED");
		expect((await see(id)).seq).toBe(5);
	});

	it("[O20] by the command line is in the audit log, too, and so is its undo", async () => {
		const id = await game();
		const name = await server.backUp();
		await play(id, "late");
		await server.restorer.restore(name, id, 3);
		await server.restorer.undo(id, 4);
		const { body } = await operator.get<SessionAudit>(`/sessions/${id}/audit`);
		expect(body.entries).toMatchObject([
			{ action: "undo-restore", from: "command line" },
			{ action: "restore-session", after: { from: name }, undoneBy: body.entries[0]?.id },
		]);
	});

	it("[O20] refuses what is outdated, and takes no path for a backup", async () => {
		const id = await game();
		const name = await server.backUp();
		await play(id, "quick");
		const refused = (from: string, seq: number) =>
			operator.post(`/sessions/${id}/restore`, { from, seq });
		expect((await refused(name, 2)).body.code).toBe("RESTORE_OUTDATED");
		for (const from of ["latest", "..", `../backups/${name}`, "/", `./${name}`]) {
			expect((await refused(from, 3)).body.code).toBe("BACKUP_NOT_FOUND");
			const query = encodeURIComponent(from);
			const { status, body } = await operator.get(`/sessions/${id}/restore?from=${query}`);
			expect([status, body.code]).toEqual([404, "BACKUP_NOT_FOUND"]);
		}
		const young = await game();
		const { body } = await operator.get(`/sessions/${young}/restore?from=${name}`);
		expect(body.code).toBe("RESTORE_REFUSED");
		expect((await see(id)).seq).toBe(3);
	});
});

describe("at once", () => {
	const codes = async (...calls: Promise<{ status: number; body: { code?: string } }>[]) =>
		(await Promise.all(calls)).map(({ status, body }) => body.code ?? String(status)).sort();

	it("[O21] of two operators one wins, and the other is told so", async () => {
		const id = await game();
		const twice = (path: string) => codes(operator.post(path), operator.post(path));
		expect(await twice(`/sessions/${id}/end`)).toEqual(["200", "SESSION_ENDED"]);
		const { body } = await operator.get<SessionAudit>(`/sessions/${id}/audit`);
		const undo = `/audit/${body.entries[0]?.id}/undo`;
		expect(await twice(undo)).toEqual(["200", "NOTHING_TO_UNDO"]);
		expect(await twice(`/sessions/${id}/delete`)).toEqual(["200", "SESSION_NOT_FOUND"]);
		const [latest] = (await operator.get<SessionAudit>(`/sessions/${id}/audit`)).body.entries;
		expect(await twice(`/audit/${latest?.id}/undo`)).toEqual(["200", "NOTHING_TO_UNDO"]);
		const both = await codes(
			operator.post(`/sessions/${id}/end`),
			operator.post(`/sessions/${id}/delete`),
		);
		expect(both).toEqual(["200", "200"]);
	});

	it("[O22] a player and an operator: what comes behind the deletion changes nothing", async () => {
		const ids = await Promise.all(Array.from({ length: 24 }, () => game()));
		const deeds = ids.map(async (id, at) => {
			const deletion = at % 3 === 0 ? null : operator.post(`/sessions/${id}/delete`);
			const players = [play(id, "x"), endOf(id, "won"), play(id, "y")];
			const late = deletion ?? operator.post(`/sessions/${id}/delete`);
			await Promise.all([late, ...players]);
			return (await late).status;
		});
		expect(new Set(await Promise.all(deeds))).toEqual(new Set([200]));
		for (const id of ids) expect((await see(id)).code).toBe("SESSION_NOT_FOUND");
		const marks = await server.query("select session_key from removed_sessions");
		expect(marks.length).toBeGreaterThanOrEqual(24);
	});

	it("[O20] negative control: a mark that does not count is seen by the recount", async () => {
		const other = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
		await other.app.inject({ method: "POST", url: "/api/sessions" });
		other.tamper(
			`insert into removed_sessions
			select session_key, session_id, 'operator', 0, 1e15 from sessions`,
		);
		const { stored, counted } = await other.recount();
		expect(stored).not.toEqual(counted);
		await other.close();
	});
});

describe("the log and the guard", () => {
	it("[O24] the log is paged from its end without a gap or a repetition", async () => {
		const id = await game();
		for (let at = 0; at < 5; at += 1) await play(id, `more-${at}`);
		const seen: number[] = [];
		let after = "";
		do {
			const { body } = await operator.get<SessionLog>(`/sessions/${id}/log?limit=3${after}`);
			seen.push(...body.moves.map(({ seq }) => seq));
			after = body.next === null ? "" : `&after=${body.next}`;
		} while (after !== "");
		expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
		const { body } = await operator.get<SessionAudit>("/sessions/nobody/audit");
		expect(body).toEqual({ entries: [], next: null, removal: null });
	});

	it("[O1, O3] no action is taken without a sign-in, nor from another site", async () => {
		const id = await game();
		const { cookie } = operator;
		const actions = [`sessions/${id}/end`, `sessions/${id}/delete`, `sessions/${id}/restore`];
		for (const path of actions) {
			const post = async (headers: Record<string, string>) => {
				const request = { method: "POST", url: `/api/console/${path}`, headers } as const;
				const { status, text } = await send({ ...request, body: { from: "x", seq: 2 } });
				return [status, JSON.parse(text).code];
			};
			const console = { "x-savepoint-console": "1" };
			expect(await post(console)).toEqual([401, "SIGN_IN_REQUIRED"]);
			expect(await post({ cookie })).toEqual([403, "FORGED_REQUEST"]);
			expect(await post({ cookie, ...console, origin: "https://evil.example" })).toEqual([
				403,
				"FORGED_REQUEST",
			]);
		}
		for (const path of ["log", "audit", "backups", "restore?from=x"]) {
			const url = `/api/console/sessions/${id}/${path}`;
			expect((await send({ method: "GET", url, headers: {} })).status).toBe(401);
		}
		expect(await see(id)).toMatchObject({ status: "active", seq: 2 });
	});
});
