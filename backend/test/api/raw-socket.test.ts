import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeApp, makeFakeApp } from "../support/fake-app.js";
import { rawConnection, rawRequest } from "../support/raw-http.js";

describe("a listening server lives through", () => {
	let subject: FakeApp;
	let port: number;
	beforeAll(async () => {
		subject = await makeFakeApp({ requestTimeoutMs: 500 });
		await subject.app.listen({ port: 0, host: "127.0.0.1" });
		port = (subject.app.server.address() as AddressInfo).port;
	});
	afterAll(() => subject.app.close());

	const lives = async () => {
		const response = await fetch(`http://127.0.0.1:${port}/health/live`);
		expect(response.status).toBe(200);
	};
	const parse = (answer: string) => {
		const [head = "", body = ""] = answer.split("\r\n\r\n");
		return { status: Number(head.split(" ")[1]), head, body: JSON.parse(body) };
	};
	const get = (target: string, headers = "Host: x\r\n") =>
		`GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;

	it.each([
		["GET //", get("//"), 404],
		["GET ///", get("///"), 404],
		["a broken absolute target", get("http://[::1/"), 400],
		["a malformed escape", get("/api/sessions/%c0%"), 400],
		["dots", get("/../../etc/passwd"), 404],
		["dots below the docs", get("/docs/static/..%2f..%2fpackage.json"), 404],
		["a backslash", get("/\\"), 404],
		["a missing Host", get("/health", ""), 400],
		["a broken Host", get("/health", "Host: [\r\n").replace("[", "a b{"), 400],
		["an empty Host", get("/health", "Host: \r\n"), 400],
		["two Hosts", get("/health", "Host: a b, c\r\nHost: b\r\n"), 400],
		["garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400],
		["an unknown method", "FLY /health HTTP/1.1\r\nHost: x\r\n\r\n", 400],
		[
			"a method that Node knows and we do not",
			"PROPFIND /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
			405,
		],
		["an unknown version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400],
		[
			"a length and chunks together",
			"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
			400,
		],
		["a negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400],
		["headers without end", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(20_000)}\r\n\r\n`, 431],
	])("%s", async (_name, text, status) => {
		const answer = parse(await rawRequest(port, text));
		expect(answer.status).toBe(status);
		expect(answer.head.toLowerCase()).toContain("content-type: application/json");
		expect(answer.body).toEqual({
			error: expect.stringMatching(/\S/),
			code: expect.stringMatching(/^[A-Z_]+$/),
		});
		await lives();
	});

	it.each([
		["headers", "POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-"],
		["a body", 'POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"req'],
	])("half-sent %s, and ends the wait with 408", async (_name, text) => {
		const answer = parse(await rawRequest(port, text));
		expect(answer.status).toBe(408);
		expect(answer.body.code).toBe("REQUEST_TIMEOUT");
		await lives();
	});

	it("a body that breaks off", async () => {
		const { socket, closed } = await rawConnection(port);
		socket.write('POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"req');
		socket.resetAndDestroy();
		await closed;
		await lives();
	});

	it("a client that is gone before its answer", async () => {
		subject.authority.hold();
		const { socket, closed } = await rawConnection(port);
		const arrived = new Promise((resolve) => subject.app.server.once("request", resolve));
		socket.write("POST /api/sessions HTTP/1.1\r\nHost: x\r\n\r\n");
		await arrived;
		socket.destroy();
		await closed;
		subject.authority.release();
		await lives();
	});

	it("a body that arrives after the end of its session", async () => {
		const base = `http://127.0.0.1:${port}/api/sessions`;
		const created = await fetch(base, { method: "POST" });
		const { sessionId } = (await created.json()) as { sessionId: string };
		const { socket, closed } = await rawConnection(port);
		const arrived = new Promise((resolve) => subject.app.server.once("request", resolve));
		const head = "Host: x\r\nConnection: close\r\nContent-Length: 13\r\n\r\n";
		socket.write(`POST /api/sessions/${sessionId}/spawn HTTP/1.1\r\n${head}`);
		await arrived;
		await fetch(`${base}/${sessionId}/end`, { method: "POST" });
		socket.write('{"x":1,"y":1}');
		expect(parse(await closed)).toMatchObject({ status: 404, body: { code: "SESSION_ENDED" } });
		const view = await fetch(`${base}/${sessionId}`);
		expect(await view.json()).toMatchObject({ seq: 1, status: "ended", artifacts: [] });
	});

	it("a body that is too large without saying its length", async () => {
		const chunk = "a".repeat(60_000);
		const sized = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
		const head = "POST /api/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
		const answer = parse(await rawRequest(port, head + sized + sized));
		expect(answer).toMatchObject({ status: 413, body: { code: "BODY_TOO_LARGE" } });
		await lives();
	});

	it("clients that offer HTTP/2 with every request", async () => {
		const upgrade = "Host: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
		const text = `GET /health HTTP/1.1\r\n${upgrade}Connection: Upgrade, HTTP2-Settings\r\n\r\n`;
		expect(parse(await rawRequest(port, text))).toMatchObject({
			status: 200,
			body: { status: "ok" },
		});
		const posted = parse(await rawRequest(port, text.replace("GET /health", "POST /api/sessions")));
		expect(posted).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } });
		await lives();
	});

	it("upgrades of paths that have none", async () => {
		const upgrade = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
		const answer = parse(await rawRequest(port, `GET /health HTTP/1.1\r\n${upgrade}`));
		expect(answer).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
	});
});
