// Goal: a request that lies about its own end, that never ends or that asks for what we do not
// speak is answered in our words, and no part of it is taken for a request. Method: raw bytes to a
// real server whose time for a request is a second.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawConnection } from "../support/raw-http.js";
import { killServers } from "../support/server-process.js";
import { type AbusedServer, startAbused } from "./support/abused-server.js";
import { ask, readAnswer, type Said } from "./support/raw-answer.js";

/** A second, a tenth of it until somebody looks, and the patience of a busy machine. */
const CUT_MS_MAX = 4_000;
const TRICKLE_MS = 50;

/** On a machine that other tests keep busy. */
const TEST_MS_MAX = 120_000;
let server: AbusedServer;
let session = "";
beforeAll(async () => {
	server = await startAbused({ env: { SAVEPOINT_REQUEST_TIMEOUT_SECONDS: "1" } });
	const created = await server.http.call("POST", "/api/sessions");
	session = `/api/sessions/${created?.body["sessionId"]}`;
}, TEST_MS_MAX);
afterAll(killServers);

const seq = async () => (await server.http.call("GET", session))?.body["seq"];
const SPAWN = '{"x":1,"y":1}';
const smuggled = () =>
	`POST ${session}/spawn HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n${SPAWN}`;
const CLOSE = "Host: x\r\nConnection: close\r\n";

/** A beginning, then a byte at a time until the server has had enough. */
async function trickle(beginning: string): Promise<{ said: Said; tookMs: number }> {
	const { socket, closed } = await rawConnection(server.port);
	const startedMs = performance.now();
	socket.write(beginning);
	const dripping = setInterval(() => socket.write("1"), TRICKLE_MS);
	const said = readAnswer(await closed);
	clearInterval(dripping);
	return { said, tookMs: performance.now() - startedMs };
}

describe("a request that takes its time", () => {
	it.each([
		["its headers", () => "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "],
		["its body", () => smuggled().replace("13", "90000").slice(0, -8)],
		[
			"its chunks",
			() =>
				smuggled()
					.replace("Content-Length: 13", "Transfer-Encoding: chunked")
					.replace(SPAWN, "fffff\r\n"),
		],
	])(
		"[X2] for %s is ended by the time for the whole, however steadily it comes",
		async (_name, begin) => {
			const before = await seq();
			const { said, tookMs } = await trickle(begin());
			expect(said).toMatchObject({ status: 408, code: "REQUEST_TIMEOUT" });
			expect(tookMs).toBeLessThan(CUT_MS_MAX);
			expect(await seq()).toBe(before);
		},
	);

	it("[X2] and never comes at all is ended, too", async () => {
		const { closed } = await rawConnection(server.port);
		expect(readAnswer(await closed)).toMatchObject({ status: 408, code: "REQUEST_TIMEOUT" });
	});
});

describe("a request that lies about its end", () => {
	it.each([
		[
			"a length and chunks",
			(inner: string) => `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
		],
		["two lengths", (inner: string) => `Content-Length: 0\r\nContent-Length: 5\r\n\r\n${inner}`],
		["a length with a sign", (inner: string) => `Content-Length: +0\r\n\r\n${inner}`],
		[
			"chunks under another name",
			(inner: string) => `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`,
		],
		[
			"chunks that are not last",
			(inner: string) => `Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n${inner}`,
		],
		[
			"a header in two lines",
			(inner: string) => `A: b\r\n Content-Length: 0\r\nContent-Length: 5\r\nB:\n\r\n${inner}`,
		],
		["a blank before the colon", (inner: string) => `Content-Length : 0\r\n\r\n${inner}`],
		[
			"a chunk size that is none",
			(inner: string) => `Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${inner}`,
		],
	])("[X2] by %s carries no second one", async (_name, rest) => {
		const before = await seq();
		const text = `POST ${session}/artifact-status HTTP/1.1\r\nHost: x\r\n${rest(smuggled())}`;
		expect(await ask(server.port, text)).toMatchObject({ status: 400, code: "BAD_REQUEST" });
		expect(await seq()).toBe(before);
	});

	it("[X2] too late is told, and the connection ends with it", async () => {
		const before = await seq();
		const { socket, closed } = await rawConnection(server.port);
		socket.end(smuggled().replace("13", "14"));
		expect(readAnswer(await closed)).toMatchObject({ status: 400, code: "BAD_REQUEST" });
		expect(await seq()).toBe(before);
	});

	it("[X2] too early has what is left taken for garbage", async () => {
		const before = await seq();
		const text = await ask(server.port, smuggled().replace("13", "12"));
		expect(text.status).toBe(400);
		expect(await seq()).toBe(before);
	});
});

describe("what we do not speak", () => {
	it.each([
		["a tunnel", "CONNECT evil:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BAD_REQUEST"],
		["TRACE", `TRACE /health HTTP/1.1\r\n${CLOSE}\r\n`, 405, "METHOD_NOT_ALLOWED"],
		["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${CLOSE}\r\n`, 404, "NOT_FOUND"],
		[
			"another expectation",
			`GET /health HTTP/1.1\r\n${CLOSE}Expect: coffee\r\n\r\n`,
			417,
			"BAD_REQUEST",
		],
		["HTTP/2 unasked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "BAD_REQUEST"],
		["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "BAD_REQUEST"],
		["a proxy's greeting", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", 400, "BAD_REQUEST"],
		[
			"a key with a line end",
			`POST /api/sessions HTTP/1.1\r\n${CLOSE}Idempotency-Key: a\nX-Evil: 1\r\n\r\n`,
			400,
			"BAD_REQUEST",
		],
		[
			"a key with a zero byte",
			`POST /api/sessions HTTP/1.1\r\n${CLOSE}Idempotency-Key: a\u0000b\r\n\r\n`,
			400,
			"BAD_REQUEST",
		],
		[
			"a key of many",
			`POST /api/sessions HTTP/1.1\r\n${CLOSE}Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n`,
			400,
			"IDEMPOTENCY_KEY_INVALID",
		],
	])("[X2] %s is answered in our own words", async (_name, text, status, code) => {
		const before = await server.http.call("GET", "/api/sessions/stats");
		expect(await ask(server.port, text)).toMatchObject({ status, code });
		expect(await server.http.call("GET", "/api/sessions/stats")).toMatchObject({
			body: before?.body,
		});
	});

	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
	it.each([
		[
			"without a key",
			`GET /api/sessions/x/live HTTP/1.1\r\nHost: x\r\n${upgrade}Sec-WebSocket-Version: 13\r\n\r\n`,
			400,
		],
		[
			"of another version",
			`GET /api/sessions/x/live HTTP/1.1\r\nHost: x\r\n${upgrade}${key}Sec-WebSocket-Version: 99\r\n\r\n`,
			400,
		],
		[
			"by POST",
			`POST /api/sessions/x/live HTTP/1.1\r\nHost: x\r\n${upgrade}${key}Sec-WebSocket-Version: 13\r\n\r\n`,
			400,
		],
		[
			"with a broken Host",
			`GET /api/sessions/x/live HTTP/1.1\r\nHost: a b{\r\n${upgrade}${key}Sec-WebSocket-Version: 13\r\n\r\n`,
			400,
		],
		[
			"without a Host",
			`GET /api/sessions/x/live HTTP/1.1\r\n${upgrade}${key}Sec-WebSocket-Version: 13\r\n\r\n`,
			400,
		],
		[
			"elsewhere",
			`GET /api/sessions/x/moves HTTP/1.1\r\nHost: x\r\n${upgrade}${key}Sec-WebSocket-Version: 13\r\n\r\n`,
			404,
		],
	])("[X2] a live connection %s is refused in JSON", async (_name, text, status) => {
		const said = await ask(server.port, text);
		expect(said.status).toBe(status);
		expect(said.head.toLowerCase()).toContain("content-type: application/json");
		expect(said.code).toMatch(/^(BAD_REQUEST|NOT_FOUND)$/);
	});
});

describe("headers", () => {
	it("[X2] are all read or none: a key after thousands of others still counts once", async () => {
		const many = "a:b\r\n".repeat(2_500);
		const text = `POST /api/sessions HTTP/1.1\r\n${CLOSE}${many}Idempotency-Key: last\r\n\r\n`;
		const first = await ask(server.port, text);
		const second = await ask(server.port, text);
		expect([first.status, second.status]).toEqual([201, 201]);
		expect(second.head.toLowerCase()).toContain("idempotency-replayed: true");
		expect(JSON.parse(second.body).sessionId).toBe(JSON.parse(first.body).sessionId);
	});

	it("[X2] are bounded in bytes", async () => {
		const text = `GET /health HTTP/1.1\r\n${CLOSE}${"abc:defg\r\n".repeat(4_000)}\r\n`;
		expect(await ask(server.port, text)).toMatchObject({ status: 431, code: "BAD_REQUEST" });
	});

	it("[X2] that ask before they send are answered first", async () => {
		const { socket, closed } = await rawConnection(server.port);
		const asks = "Content-Length: 13\r\nExpect: 100-continue\r\n\r\n";
		const head = `POST ${session}/spawn HTTP/1.1\r\n${CLOSE}${asks}`;
		socket.once("data", () => socket.write(SPAWN));
		socket.write(head);
		expect(await closed).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 Created\r\n/);
	});
});

describe("a path", () => {
	it.each([
		"/../../package.json",
		"/%2e%2e/%2e%2e/package.json",
		"/assets/..%2f..%2f..%2fpackage.json",
		"/assets/..%5c..%5cpackage.json",
		"/..\\..\\package.json",
		"//package.json",
		"/index.html%00.js",
		"/docs/static/../../../../package.json",
		"/docs/static/%2e%2e%2f%2e%2e%2fpackage.json",
		"http://x/../package.json",
		"/.git/config",
		"/data/savepoint.sqlite",
	])("[X2] such as %s leads to none of our files", async (path) => {
		const said = await ask(server.port, `GET ${path} HTTP/1.1\r\n${CLOSE}\r\n`);
		expect([400, 404]).toContain(said.status);
		expect(said.code).toMatch(/^(BAD_REQUEST|NOT_FOUND)$/);
	});
});

describe("after all of it", () => {
	it("[X2] the server is well and what it stored verifies", { timeout: TEST_MS_MAX }, async () => {
		await server.expectUnharmed();
	});
});
