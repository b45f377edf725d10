// Goal: an id opens its own session only, and a key stands for one request only, also at once and
// also late. Method: a real server, two sessions, many connections.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawConnection } from "../support/raw-http.js";
import { killServers } from "../support/server-process.js";
import { type AbusedServer, startAbused } from "./support/abused-server.js";
import { post, readAnswer } from "./support/raw-answer.js";

const ROUNDS = 20;

/** On a machine that other tests keep busy. */
const TEST_MS_MAX = 120_000;
let server: AbusedServer;
beforeAll(async () => {
	server = await startAbused();
}, TEST_MS_MAX);
afterAll(killServers);

const call = (path: string, body?: unknown, key?: string) =>
	server.http.call("POST", path, body, key);
const begin = async () => {
	const created = await call("/api/sessions");
	return `/api/sessions/${created?.body["sessionId"]}`;
};
const spawn = async (session: string) => {
	const answer = await call(`${session}/spawn`, { x: 1, y: 1 });
	return ((answer?.body["artifact"] ?? {}) as { id: string }).id;
};
const seq = async (session: string) => (await server.http.call("GET", session))?.body["seq"];

describe("an id", () => {
	it("[X3] of another session's artifact opens nothing in this one", async () => {
		const [mine, theirs] = [await begin(), await begin()];
		const foreign = await spawn(theirs);
		for (const [name, body] of [
			["deposit", { artifactId: foreign }],
			["artifact-status", { artifactId: foreign, status: "carried" }],
		] as const)
			expect(await call(`${mine}/${name}`, body)).toMatchObject({
				status: 400,
				body: { code: "ARTIFACT_NOT_AVAILABLE" },
			});
		const moves = [{ id: "m", type: "deposit", artifactId: foreign }];
		expect(await call(`${mine}/moves`, { moves })).toMatchObject({
			body: { receipts: [{ applied: "refused", code: "ARTIFACT_NOT_AVAILABLE" }] },
		});
		expect(await seq(theirs)).toBe(1);
	});

	it.each([
		...["__proto__", "constructor", "hasOwnProperty", "..%2fstats", "%00", "null", "0", "1e999"],
		...["%F0%9F%92%A5", "x".repeat(128), "x".repeat(4_000)],
	])("[X3] such as %s is of no session, in any call", async (id) => {
		const before = await server.http.call("GET", "/api/sessions/stats");
		const session = `/api/sessions/${id}`;
		const answers = [
			await post(server.port, `${session}/spawn`, '{"x":1,"y":1}'),
			await post(server.port, `${session}/end`, ""),
			await post(server.port, `${session}/moves`, '{"moves":[{"id":"a","type":"end"}]}'),
		];
		for (const { status, code } of answers)
			expect({ status, code }).toEqual({ status: 404, code: "SESSION_NOT_FOUND" });
		const after = await server.http.call("GET", "/api/sessions/stats");
		expect(after?.body).toEqual(before?.body);
	});

	it("[X3] of an artifact may be the name of anything, and is only a name", async () => {
		const session = await begin();
		for (const name of ["__proto__", "constructor", "toString", "length", "-1"]) {
			const at = { x: 1, y: 1 };
			const moves = [
				{ id: `d-${name}`, type: "deposit", artifactId: name },
				{ id: `s-${name}`, type: "spawn", artifactId: name, ...at },
				{ id: name, type: "deposit", artifactId: name },
			];
			expect(await call(`${session}/moves`, { moves })).toMatchObject({
				status: 200,
				body: { receipts: [{ applied: "refused" }, { applied: "now" }, { applied: "now" }] },
			});
		}
		expect(await call(`${session}/end`, { result: "won" })).toMatchObject({
			body: { artifactsDeposited: 5, result: "won" },
		});
	});
});

describe("a key", () => {
	it("[X3] that was used for another body or path is refused and changes nothing", async () => {
		const session = await begin();
		const first = await call(`${session}/spawn`, { x: 1, y: 1 }, "key");
		const again = await call(`${session}/spawn`, { x: 1, y: 1 }, "key");
		expect(again).toMatchObject({ status: 201, headers: { "idempotency-replayed": "true" } });
		expect(again?.body).toEqual(first?.body);
		const { id } = (first?.body["artifact"] ?? {}) as { id?: string };
		const reused = { status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } };
		expect(await call(`${session}/spawn`, { x: 2, y: 1 }, "key")).toMatchObject(reused);
		expect(await call(`${session}/deposit`, { artifactId: id }, "key")).toMatchObject(reused);
		expect(await call(`${session}/end`, undefined, "key")).toMatchObject(reused);
		expect(await seq(session)).toBe(1);
	});

	it("[X3] counts once, of twenty that come at once", async () => {
		const session = await begin();
		const answers = await Promise.all(
			Array.from({ length: ROUNDS }, () => call(`${session}/spawn`, { x: 1, y: 1 }, "key")),
		);
		expect(new Set(answers.map((answer) => JSON.stringify(answer?.body))).size).toBe(1);
		expect(await seq(session)).toBe(1);
	});
});

describe("an end", () => {
	it("[X3] is answered to one of two that come at once", async () => {
		for (let round = 0; round < ROUNDS; round += 1) {
			const session = await begin();
			const ends = [{ result: "lost" }, undefined].map((body) => call(`${session}/end`, body));
			const statuses = (await Promise.all(ends)).map((answer) => answer?.status);
			expect(statuses.sort()).toEqual([200, 404]);
		}
	});

	it("[X3] is final for a spawn whose body comes after it", async () => {
		const session = await begin();
		const { socket, closed } = await rawConnection(server.port);
		const head =
			"Host: x\r\nConnection: close\r\nContent-Length: 13\r\nExpect: 100-continue\r\n\r\n";
		// Once the server asks for the body, it has the request.
		const asked = new Promise((resolve) => socket.once("data", resolve));
		socket.write(`POST ${session}/spawn HTTP/1.1\r\n${head}`);
		await asked;
		expect(await call(`${session}/end`)).toMatchObject({ status: 200 });
		socket.write('{"x":1,"y":1}');
		const said = readAnswer((await closed).replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, ""));
		expect(said).toMatchObject({ status: 404, code: "SESSION_ENDED" });
		const view = await server.http.call("GET", session);
		expect(view?.body).toMatchObject({ status: "ended", seq: 1, artifacts: [] });
	});
});

describe("after all of it", () => {
	it("[X3] the server is well and what it stored verifies", { timeout: TEST_MS_MAX }, async () => {
		await server.expectUnharmed();
	});
});
