// Goal: too much of something is answered or cut, and its memory is bounded: spawns of one session,
// requests whose answers nobody reads, connections that do nothing, more connections than files.
// Method: a real server, whose memory is read after a collection.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINED_REQUESTS_MAX } from "#src/limits.js";
import { rawConnection } from "../support/raw-http.js";
import { killServers } from "../support/server-process.js";
import { type AbusedServer, startAbused } from "./support/abused-server.js";
import { expectIdleConnectionsAreHarmless, openMany } from "./support/idle-connections.js";
import { flood } from "./support/raw-live.js";

/** They wait for time limits of the server, on a machine that other tests keep busy. */
const TEST_MS_MAX = 120_000;
const SPAWNS = 10_000;
const BATCH = 250;
const DEAF = 12;
const DEAF_BYTES_MAX = 96 * 2 ** 20;

let server: AbusedServer;
beforeAll(async () => {
	server = await startAbused();
}, TEST_MS_MAX);
afterAll(killServers);

const begin = async ({ http }: AbusedServer) => {
	const created = await http.call("POST", "/api/sessions");
	return `/api/sessions/${created?.body["sessionId"]}`;
};
const SPAWN = { x: 1, y: 1 };

describe("ten thousand spawns in one session", { timeout: TEST_MS_MAX }, () => {
	it("[X5] stop at 500 artifacts and at 10,000 moves; the end is still taken", async () => {
		const session = await begin(server);
		const codes: Record<string, number> = {};
		for (let at = 0; at < SPAWNS + BATCH; at += BATCH) {
			const moves = Array.from({ length: BATCH }, (_, index) => {
				const name = `${at + index}`;
				return { id: `m${name}`, type: "spawn", artifactId: `a${name}`, ...SPAWN };
			});
			const answer = await server.http.call("POST", `${session}/moves`, { moves });
			const receipts = (answer?.body["receipts"] ?? []) as { code?: string }[];
			for (const { code = "none" } of receipts) codes[code] = (codes[code] ?? 0) + 1;
		}
		expect(codes).toEqual({ none: 500, TOO_MANY_ARTIFACTS: SPAWNS - 500, TOO_MANY_MOVES: BATCH });
		const single = await server.http.call("POST", `${session}/spawn`, SPAWN);
		expect(single).toMatchObject({ status: 422 });
		expect(await server.http.call("POST", `${session}/end`)).toMatchObject({ status: 200 });
	});

	it("[X5] one call at a time are refused without a trace", async () => {
		const session = await begin(server);
		const statuses: Record<string, number> = {};
		const clients = Array.from({ length: 4 }, async () => {
			for (let at = 0; at < 150; at += 1) {
				const answer = await server.http.call("POST", `${session}/spawn`, SPAWN);
				statuses[`${answer?.status}`] = (statuses[`${answer?.status}`] ?? 0) + 1;
			}
		});
		await Promise.all(clients);
		expect(statuses).toEqual({ 201: 500, 422: 100 });
		expect((await server.http.call("GET", session))?.body).toMatchObject({ seq: 500 });
	});
});

describe("requests whose answers nobody reads", { timeout: TEST_MS_MAX }, () => {
	it("[X5] end their connection at a bound, whatever they ask for", async () => {
		const before = await server.read();
		const request = "GET /docs/json HTTP/1.1\r\nHost: x\r\n\r\n";
		const deaf = await Promise.all(
			Array.from({ length: DEAF }, async () => {
				const { socket } = await rawConnection(server.port);
				socket.pause();
				const limits = { bytesMax: 4 * 2 ** 20, patienceMs: 300 };
				await flood(socket, Buffer.from(request.repeat(1_700)), limits);
				return socket;
			}),
		);
		const during = await server.read();
		expect(during.heldBytes - before.heldBytes).toBeLessThan(DEAF_BYTES_MAX);
		for (const socket of deaf) socket.destroy();
	});

	it("[X5] are refused beyond those that may wait, which are answered in order", async () => {
		const session = await begin(server);
		const { socket, closed } = await rawConnection(server.port);
		const head = `POST ${session}/spawn HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n`;
		socket.write(`${head}{"x":1,"y":1}`.repeat(100));
		const statuses = [...(await closed).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, one]) => one);
		const taken = 1 + PIPELINED_REQUESTS_MAX;
		expect(statuses).toEqual([...Array.from({ length: taken }, () => "201"), "429"]);
		expect((await server.http.call("GET", session))?.body).toMatchObject({ seq: taken });
	});
});

describe("connections that do nothing", { timeout: TEST_MS_MAX }, () => {
	it("[X5] by the hundred leave the server quick, and are told to go", () =>
		expectIdleConnectionsAreHarmless(500));

	it("[X5] more than the process may have files: those that are there are served on", async () => {
		const small = await startAbused({ under: ["sh", "-c", 'ulimit -n 600; exec "$0" "$@"'] });
		const session = await begin(small);
		const many = await openMany(small.port, 1_500);
		for (let at = 0; at < 20; at += 1)
			expect(await small.http.call("POST", `${session}/spawn`, SPAWN)).toMatchObject({
				status: 201,
			});
		for (const socket of many) socket.destroy();
		await small.expectUnharmed();
	});
});

describe("after all of it", { timeout: TEST_MS_MAX }, () => {
	it("[X5] the server is well and what it stored verifies", async () => {
		await server.expectUnharmed();
	});
});
