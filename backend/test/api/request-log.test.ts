// Goal: an operator can follow one request through proxy, answer and log, and the log holds nothing
// that a stranger could use. Method: a real server is called in every way, and each line that it
// writes is read.
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { FailureLog } from "#src/api/request-log.js";
import { SavepointError } from "#src/errors.js";
import { ask, readAnswer } from "../abuse/support/raw-answer.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { makeFakeApp } from "../support/fake-app.js";
import { rawConnection } from "../support/raw-http.js";
import { killServers, type ServerProcess, startServer } from "../support/server-process.js";

type Line = Readonly<Record<string, unknown>>;

afterEach(killServers);

async function serve(env: Readonly<Record<string, string>>): Promise<[ServerProcess, string]> {
	const database = join(temporaryDirectory(), "game.sqlite");
	const server = startServer({ database, env });
	return [server, await server.listening()];
}

/** Every line is one JSON object, or this throws; after the end nothing is missing. */
async function linesOf(server: ServerProcess): Promise<Line[]> {
	await server.stop();
	return server.err
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}
const idOf = (answer: Response): string => answer.headers.get("x-request-id") ?? "";
const answered = (lines: readonly Line[]): Line[] => lines.filter(({ msg }) => msg === "answered");

describe("a request", { timeout: 60_000 }, () => {
	it("[I20] has an id, in its answer and in its line; no two are alike", async () => {
		const [server, url] = await serve({ LOG_LEVEL: "debug" });
		const ids = new Map<string, string>();
		const call = async (method: string, path: string, body?: string): Promise<Response> => {
			const answer = await fetch(url + path, { method, ...(body !== undefined && { body }) });
			ids.set(idOf(answer), `${method} ${path}`);
			return answer;
		};
		const { sessionId } = await (await call("POST", "/api/sessions")).json();
		await call("GET", `/api/sessions/${sessionId}`);
		await call("POST", `/api/sessions/${sessionId}/spawn`, "{");
		await call("GET", "/nowhere");
		await call("DELETE", "/api/sessions/stats");
		await call("GET", "/");
		await call("GET", "/health");
		await call("GET", "/docs/json");
		const socket = new WebSocket(`${url.replace("http", "ws")}/api/sessions/${sessionId}/live`);
		// Listened for before either comes: both may be in one packet.
		const [[handshake]] = await Promise.all([once(socket, "upgrade"), once(socket, "message")]);
		socket.close();
		await once(socket, "close");

		const lines = await linesOf(server);
		expect(ids.size).toBe(8);
		const told = new Map(answered(lines).map((line) => [line["requestId"], line]));
		const routeOf = (what: string): unknown =>
			told.get([...ids].find(([, called]) => called === what)?.[0])?.["route"];
		expect([...ids.keys()].filter((id) => !told.has(id))).toEqual([]);
		expect(routeOf(`GET /api/sessions/${sessionId}`)).toBe("/api/sessions/:id");
		expect(routeOf("GET /nowhere")).toBe("unmatched");
		expect(told.get([...ids.keys()][0])).toMatchObject({
			method: "POST",
			route: "/api/sessions",
			status: 201,
			ms: expect.any(Number),
		});
		const live = lines.filter(({ requestId }) => requestId === handshake.headers["x-request-id"]);
		expect(live.map(({ msg }) => msg)).toEqual([
			"live connection opened",
			"live connection closed",
		]);
	});

	it("[I20] keeps the id that a proxy of ours gave it, if short and plain", async () => {
		const [, url] = await serve({ SAVEPOINT_TRUST_PROXY: "loopback" });
		const idFor = async (id: string) =>
			idOf(await fetch(`${url}/health/live`, { headers: { "x-request-id": id } }));
		expect(await idFor("9f1c-a.b:c_d")).toBe("9f1c-a.b:c_d");
		for (const odd of ["x".repeat(65), 'a"b', "a b", "a;b", "ä"])
			expect(await idFor(odd)).not.toBe(odd);
	});

	it("[I20] is not called what a stranger calls it", async () => {
		const [, url] = await serve({ SAVEPOINT_TRUST_PROXY: "10.0.0.0/8,fd00::/8" });
		const headers = { "x-request-id": "mine", "x-forwarded-for": "10.0.0.1" };
		expect(idOf(await fetch(`${url}/health/live`, { headers }))).not.toBe("mine");
	});

	it("[I21] that goes well, or is the caller's mistake, is no line at info", async () => {
		const [server, url] = await serve({ LOG_LEVEL: "info" });
		const answer = await fetch(`${url}/api/sessions`, { method: "POST" });
		expect(idOf(answer)).not.toBe("");
		await fetch(`${url}/nowhere`);
		await fetch(`${url}/api/sessions`, { method: "POST", body: "{" });
		const lines = await linesOf(server);
		expect(lines.filter(({ requestId }) => requestId !== undefined)).toEqual([]);
		const messages = lines.map(({ msg }) => msg);
		expect(messages.slice(messages.indexOf("listening"))).toEqual(["listening", "stopped"]);
	});
});

describe("what the server cannot do", () => {
	it("[I21] is a warning with the request's id, once a second for each code", async () => {
		const { app, authority, logged } = await makeFakeApp();
		const created = await app.inject({ method: "POST", url: "/api/sessions" });
		const url = `/api/sessions/${created.json().sessionId}/spawn`;
		const spawn = () => app.inject({ method: "POST", url, payload: { x: 1, y: 1 } });
		authority.trouble = new SavepointError("STORAGE_FULL");
		const first = await spawn();
		for (let more = 0; more < 50; more += 1) expect((await spawn()).statusCode).toBe(503);
		authority.trouble = new SavepointError("STORAGE_OVERLOADED");
		await spawn();
		expect(logged.map(({ level, fields }) => [level, (fields as Line)["code"]])).toEqual([
			["warn", "STORAGE_FULL"],
			["warn", "STORAGE_OVERLOADED"],
		]);
		expect(logged[0]?.fields).toEqual({
			requestId: first.headers["x-request-id"],
			method: "POST",
			route: "/api/sessions/:id/spawn",
			status: 503,
			code: "STORAGE_FULL",
			leftOut: 0,
		});
		await app.close();
	});

	it("[I21] tells, when it is told again, how often it was not", async () => {
		const lines: Line[] = [];
		const note = (fields: unknown): void => void lines.push(fields as Line);
		const log = { debug: note, info: note, warn: note, error: note, fatal: note };
		let nowMs = 0;
		const failures = new FailureLog(log, () => nowMs);
		const request = () => ({ id: "r", method: "GET", route: "/" });
		const full = new SavepointError("STORAGE_FULL");
		for (nowMs = 0; nowMs <= 1_000; nowMs += 100) failures.note(full, request);
		expect(lines.map(({ leftOut }) => leftOut)).toEqual([0, 9]);
		failures.note(new SavepointError("SESSION_NOT_FOUND"), request);
		expect(lines).toHaveLength(2);
	});
});

describe("the log", { timeout: 60_000 }, () => {
	const PASSWORD = "correct horse battery";
	const TOKEN = "a-token-for-the-metrics";
	const KEY = "an-idempotency-key";
	const TAG = "Playful Åsa";
	const NOTICE = "We move at noon";

	it("[I22] holds no secret, no session's id and nothing that was typed", async () => {
		const [server, url] = await serve({
			LOG_LEVEL: "trace",
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			SAVEPOINT_METRICS_TOKEN: TOKEN,
		});
		const console = { "x-savepoint-console": "1" };
		const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
			fetch(url + path, { method: "POST", body: JSON.stringify(body), headers });
		// 1. An operator: a wrong password, the right one, a notice.
		await post("/api/console/sign-in", { password: `${PASSWORD}!` }, console);
		const signedIn = await post("/api/console/sign-in", { password: PASSWORD }, console);
		const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
		const validTo = new Date(Date.now() + 60_000).toISOString();
		const notice = { title: NOTICE, message: NOTICE, validTo };
		expect((await post("/api/console/notices", notice, { ...console, cookie })).ok).toBe(true);
		await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
		// 2. A player: a key, a session, moves, a tag, and mistakes with all of them.
		const created = await post("/api/sessions", {}, { "idempotency-key": KEY });
		const { sessionId } = await created.json();
		const move = { id: "secret-move", type: "spawn", artifactId: "secret-name", x: 1, y: 2 };
		await post(`/api/sessions/${sessionId}/moves`, { moves: [move] });
		await post("/api/high-scores", { playerTag: TAG, result: "won", remainingUnchecked: 0 });
		await post(`/api/sessions/${sessionId}/moves`, { moves: [{ ...move, x: TAG }] });
		await post(
			`/api/sessions/${sessionId}/moves`,
			{ durationSeconds: TAG },
			{ "idempotency-key": KEY },
		);
		await fetch(`${url}/api/sessions/${sessionId}/${TAG}?q=${KEY}`);
		// 3. What is written of it.
		const lines = await linesOf(server);
		expect(answered(lines).length).toBeGreaterThan(8);
		expect(lines.some(({ code }) => code === "PASSWORD_WRONG")).toBe(true);
		const token = cookie.split("=")[1] ?? "none";
		const secrets = [PASSWORD, TOKEN, KEY, TAG, "Playful", NOTICE, sessionId, token, "secret-"];
		expect(secrets.filter((secret) => secret.length < 5)).toEqual([]);
		expect(secrets.filter((secret) => server.err.includes(secret))).toEqual([]);
	});

	it("[I22] has one line a request, whatever was sent: nothing breaks out of it", async () => {
		const [server, url] = await serve({ LOG_LEVEL: "debug", SAVEPOINT_TRUST_PROXY: "loopback" });
		const port = Number(new URL(url).port);
		const forged = '%0a{"level":60,"msg":"forged"}%0d%1b[2J';
		for (const [path, header] of [
			[`/api/sessions/${forged}`, "x"],
			[`/${forged}?${forged}`, "x"],
			["/health/live", '"}\x1b[2J{"level":60,"msg":"forged"}'],
			["/health/live", "\x00"],
			[`/api/sessions/${"%00".repeat(40)}`, "\u2028"],
		] as const)
			await ask(
				port,
				`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${header}\r\nConnection: close\r\n\r\n`,
			);
		// A method that is none, and a body that lies.
		const { socket, closed } = await rawConnection(port);
		socket.write('{"level":60,"msg":"forged"}\n\r\n\r\n');
		expect(readAnswer(await closed).status).toBe(400);
		const lines = await linesOf(server);
		expect(lines.filter(({ msg }) => msg === "forged")).toEqual([]);
		expect(server.err).not.toContain("forged");
		// biome keeps control characters out of patterns.
		expect([...server.err].filter((one) => one < " " && one !== "\n")).toEqual([]);
	});

	it("[I22] negative control: a secret in a line would be seen", async () => {
		const [server] = await serve({ LOG_LEVEL: "info", SAVEPOINT_BACKUP_EVERY_MINUTES: "0" });
		const lines = await linesOf(server);
		expect(JSON.stringify(lines)).toContain("game.sqlite");
		expect(server.err).toContain("game.sqlite");
	});
});
