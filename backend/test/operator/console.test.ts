import type { AuditLines, NoticeLines, SessionLines, SessionLog } from "@savepoint/core";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SIGN_IN_LIFETIME_MS } from "#src/limits.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";

/**
 * Goal: what the console's calls let whom do. Method: the HTTP server over a real database, called
 * as the console does and as a stranger or another site would.
 */
const PASSWORD = "correct horse battery";
const CONSOLE = { "x-savepoint-console": "1" };

let server: SqliteApp;
beforeAll(async () => {
	server = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
});
afterAll(() => server.close());

const call = (options: InjectOptions) => server.app.inject(options);

/** Each test is an operator of its own, from an address of its own. */
let lastAddress = 0;
async function signIn(password = PASSWORD) {
	lastAddress += 1;
	const remoteAddress = `10.1.0.${lastAddress}`;
	const answer = await call({
		method: "POST",
		url: "/api/console/sign-in",
		headers: CONSOLE,
		remoteAddress,
		payload: { password },
	});
	const cookie = String(answer.headers["set-cookie"] ?? "");
	const headers = { ...CONSOLE, cookie: cookie.split(";")[0] ?? "" };
	return {
		answer,
		cookie,
		remoteAddress,
		get: <T>(path: string) =>
			call({ url: `/api/console${path}`, headers, remoteAddress }).then((a) => a.json<T>()),
		post: (path: string, payload: object = {}) =>
			call({
				method: "POST",
				url: `/api/console${path}`,
				headers,
				remoteAddress,
				payload,
			}),
	};
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe("signing in", () => {
	it("[O1] sets a cookie that scripts cannot read and other sites do not send", async () => {
		const { answer, cookie } = await signIn();
		expect(answer.statusCode).toBe(200);
		expect(cookie).toMatch(/^savepoint_console=[\w-]{43};/);
		for (const part of ["HttpOnly", "SameSite=Strict", "Path=/api/console"])
			expect(cookie).toContain(part);
		expect(answer.headers["cache-control"]).toBe("no-store");
	});

	it("[O1] is needed for every call but itself, and over when signed out", async () => {
		for (const path of ["overview", "sessions", "audit", "notices", "history?span=day"]) {
			const answer = await call({ url: `/api/console/${path}` });
			expect([answer.statusCode, answer.json().code]).toEqual([401, "SIGN_IN_REQUIRED"]);
		}
		const operator = await signIn();
		expect(await operator.get("/signed-in")).toHaveProperty("expiresAt");
		expect((await operator.post("/sign-out")).statusCode).toBe(200);
		expect(await operator.get("/signed-in")).toHaveProperty("code", "SIGN_IN_REQUIRED");
	});

	it("[O1] keeps the hash of the cookie only", async () => {
		const { cookie } = await signIn();
		const token = /=([\w-]+)/.exec(cookie)?.[1] ?? "none";
		const rows = await server.query("select * from operator_sign_ins");
		expect(rows.length).toBeGreaterThan(0);
		expect(JSON.stringify(rows)).not.toContain(token);
	});

	it("[O2] locks an address out after five wrong passwords, the right one included", async () => {
		const wrong = await signIn("a wrong one, too");
		expect([wrong.answer.statusCode, wrong.answer.json().code]).toEqual([401, "PASSWORD_WRONG"]);
		for (let time = 2; time <= 5; time += 1)
			expect((await wrong.post("/sign-in", { password: "no" })).statusCode).toBe(401);
		const locked = await wrong.post("/sign-in", { password: PASSWORD });
		expect([locked.statusCode, locked.json().code]).toEqual([429, "SIGN_IN_LOCKED"]);
		expect(Number(locked.headers["retry-after"])).toBeGreaterThan(800);
		expect((await signIn()).answer.statusCode).toBe(200);
	}, 60_000);

	it("[O3] takes no change that another site could have sent", async () => {
		const operator = await signIn();
		const notice = { title: "Hi", message: "there", validTo: inAnHour() };
		const cookie = operator.cookie.split(";")[0] ?? "";
		const forged: Record<string, string>[] = [
			{ cookie },
			{ cookie, ...CONSOLE, origin: "https://evil.example" },
			{ cookie, ...CONSOLE, origin: "null" },
		];
		for (const headers of forged) {
			const answer = await call({
				method: "POST",
				url: "/api/console/notices",
				headers: { host: "game.example", ...headers },
				payload: notice,
			});
			expect([answer.statusCode, answer.json().code]).toEqual([403, "FORGED_REQUEST"]);
		}
		expect((await operator.get<NoticeLines>("/notices")).notices).toEqual([]);
	});
});

describe("without a password", () => {
	it("[O1] the console is off, and says how to turn it on", async () => {
		const off = await makeSqliteApp();
		const answer = await off.app.inject({
			method: "POST",
			url: "/api/console/sign-in",
			headers: CONSOLE,
			payload: { password: "anything at all" },
		});
		expect(answer.statusCode).toBe(403);
		expect(answer.json()).toMatchObject({ code: "CONSOLE_OFF" });
		expect(answer.json().error).toContain("SAVEPOINT_ADMIN_PASSWORD");
		await off.close();
	});
});

describe("notices", () => {
	it("[O4] reach players while they are valid, audited, withdrawn and shown again", async () => {
		const operator = await signIn();
		const shown = async () =>
			(await call({ url: "/api/notices/active" })).json<NoticeLines>().notices.map((n) => n.title);
		const sent = await operator.post("/notices", {
			title: "Maintenance",
			message: "At midnight.\nYour games are safe.",
			validTo: inAnHour(),
		});
		expect(sent.statusCode).toBe(200);
		expect(await shown()).toEqual(["Maintenance"]);
		const { entry } = sent.json();
		expect(entry).toMatchObject({ action: "send-notice", undo: "withdraw-notice", before: null });

		const withdrawn = await operator.post(`/audit/${entry.id}/undo`);
		expect(withdrawn.json().entry).toMatchObject({ action: "withdraw-notice", after: null });
		expect(await shown()).toEqual([]);
		expect((await operator.post(`/audit/${entry.id}/undo`)).json().code).toBe("NOTHING_TO_UNDO");

		const again = await operator.post(`/audit/${withdrawn.json().entry.id}/undo`);
		expect(again.json().entry).toMatchObject({ action: "show-notice" });
		expect(await shown()).toEqual(["Maintenance"]);

		const { entries } = await operator.get<AuditLines>("/audit?limit=4");
		expect(entries.map((line) => line.action)).toEqual([
			"show-notice",
			"withdraw-notice",
			"send-notice",
			"sign-in",
		]);
		expect(entries[2]?.undoneBy).toBe(entries[1]?.id);
		expect(entries[0]?.from).toBe(operator.remoteAddress);
	});

	it("[O4] are refused when they are empty, misleading or over before they begin", async () => {
		const operator = await signIn();
		const good = { title: "Title", message: "Message", validTo: inAnHour() };
		for (const wrong of [
			{ title: " \u200b " },
			{ title: "two\nlines" },
			{ message: "turned \u202e round" },
			{ message: "x".repeat(501) },
			{ validTo: new Date(Date.now() - 1000).toISOString() },
			{ validFrom: inAnHour(), validTo: inAnHour().replace(/T.*/, "T00:00:00.000Z") },
			{ validTo: "tomorrow" },
		]) {
			const answer = await operator.post("/notices", { ...good, ...wrong });
			expect([answer.statusCode, answer.json().code]).toEqual([400, "BAD_REQUEST"]);
		}
	});
});

describe("sessions", () => {
	it("[O5] are listed by pages that neither leave one out nor show one twice", async () => {
		const operator = await signIn();
		const ids: string[] = [];
		for (let made = 0; made < 9; made += 1) {
			const session = (await call({ method: "POST", url: "/api/sessions" })).json();
			ids.push(session.sessionId);
			if (made % 3 === 0)
				await call({ method: "POST", url: `/api/sessions/${session.sessionId}/end` });
		}
		for (const filter of ["", "active", "ended"]) {
			const seen: string[] = [];
			let after = "";
			do {
				const query = `limit=2${filter && `&filter=${filter}`}${after && `&after=${after}`}`;
				const page = await operator.get<SessionLines>(`/sessions?${query}`);
				seen.push(...page.sessions.map((line) => line.sessionId));
				after = page.next ?? "";
			} while (after !== "");
			const expected = ids.filter(
				(_, at) => filter === "" || (filter === "ended") === (at % 3 === 0),
			);
			expect(seen).toEqual(expected.toReversed());
		}
		const [id = ""] = ids;
		const found = await operator.get<SessionLines>(`/sessions?search=${id.slice(0, 30)}`);
		expect(found.sessions.map((line) => line.sessionId)).toEqual([id]);
	});

	it("[O5] open with what their players have and their last moves", async () => {
		const operator = await signIn();
		const session = (await call({ method: "POST", url: "/api/sessions" })).json();
		const path = `/api/sessions/${session.sessionId}`;
		await call({ method: "POST", url: `${path}/spawn`, payload: { x: 100, y: 200 } });
		const detail = await operator.get<Record<string, unknown>>(`/sessions/${session.sessionId}`);
		const { remainingSeconds: _passes, ...stored } = (await call({ url: path })).json();
		expect(detail).toMatchObject({ session: stored, watchers: 0 });
		const log = await operator.get<SessionLog>(`/sessions/${session.sessionId}/log`);
		expect(log.moves.map(({ type }) => type)).toEqual(["spawn"]);
		expect(await operator.get("/sessions/nobody")).toHaveProperty("code", "SESSION_NOT_FOUND");
	});
});

describe("the service", () => {
	it("[O5] is shown as it is, and over time", async () => {
		const operator = await signIn();
		const overview = await operator.get<{ stats: { startedCount: number } }>("/overview");
		const stats = (await call({ url: "/api/sessions/stats" })).json();
		expect(overview).toMatchObject({ stats, health: { status: "ok" } });
		const history = await operator.get<{ points: { started: number }[] }>("/history?span=hour");
		expect(history.points.at(-1)?.started).toBe(stats.startedCount);
	});

	it("[O1] asks for the password again when the sign-in has run out", async () => {
		const operator = await signIn();
		server.skip(SIGN_IN_LIFETIME_MS + 1);
		expect(await operator.get("/overview")).toHaveProperty("code", "SIGN_IN_REQUIRED");
	});
});
