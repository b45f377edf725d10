// Goal: a live connection that breaks the protocol, floods or does not read ends with a documented
// code, costs bounded memory, and harms neither its session nor other connections. Method: raw
// frames to a real server, whose memory is read after a collection.
import { CLOSE_CODES } from "@savepoint/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LiveClient } from "../support/live-client.js";
import { killServers } from "../support/server-process.js";
import { type AbusedServer, startAbused } from "./support/abused-server.js";
import * as frames from "./support/frames.js";
import { flood, openRawLive } from "./support/raw-live.js";

const { encodeFrame } = frames;
/** On a machine that other tests keep busy. */
const TEST_MS_MAX = 120_000;
const GROWTH_BYTES_MAX = 24 * 2 ** 20;
const PATIENCE = { bytesMax: 64 * 2 ** 20, patienceMs: 500 };
const text = (value: string) => Buffer.from(value);

let server: AbusedServer;
let sessionId = "";
beforeAll(async () => {
	server = await startAbused({ env: { SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: "6000" } });
	const created = await server.http.call("POST", "/api/sessions");
	sessionId = String(created?.body["sessionId"]);
}, TEST_MS_MAX);
afterAll(killServers);

const seq = async () => (await server.http.call("GET", `/api/sessions/${sessionId}`))?.body["seq"];
/** Sends, and resolves with the code of the close. */
const closeOf = async (...parts: readonly Buffer[]) => {
	const before = await seq();
	const { socket, closed } = await openRawLive(server.port, sessionId);
	// The server may cut the connection while bytes are on their way.
	for (const part of parts) if (socket.writable) socket.write(part);
	const { code } = await closed;
	expect(await seq()).toBe(before);
	return code;
};
const MOVES =
	'{"type":"moves","ref":1,"moves":[{"id":"a","type":"spawn","artifactId":"a","x":1,"y":1}]}';
const withoutMask = Buffer.concat([Buffer.from([frames.TEXT, MOVES.length]), text(MOVES)]);

describe("a frame", () => {
	it.each([
		["of bytes", [encodeFrame(frames.BINARY, text(MOVES))], CLOSE_CODES.badMessage],
		[
			"over 100 KiB",
			[encodeFrame(frames.TEXT, Buffer.alloc(102_401, 97))],
			CLOSE_CODES.messageTooBig,
		],
		[
			"that says it has terabytes",
			[Buffer.from("81ff00000fffffffffff00000000", "hex")],
			CLOSE_CODES.messageTooBig,
		],
		["of bad UTF-8", [encodeFrame(frames.TEXT, Buffer.from([0xc3, 0x28]))], 1007],
		["of half a character", [encodeFrame(frames.TEXT, Buffer.from([0xed, 0xa0, 0x80]))], 1007],
		["without a mask", [withoutMask], 1002],
		["with bits that nobody asked for", [encodeFrame(0xc1, text(MOVES))], 1002],
		["of an unknown kind", [encodeFrame(0x83, text(MOVES))], 1002],
		["that goes on from nothing", [encodeFrame(0x80, text(MOVES))], 1002],
		["that pings with too much", [encodeFrame(frames.PING, Buffer.alloc(126))], 1002],
		[
			"that closes with a code that is none",
			[encodeFrame(frames.CLOSE, Buffer.from([0, 1]))],
			1002,
		],
		[
			"of JSON in JSON's depth",
			[encodeFrame(frames.TEXT, text("[".repeat(90_000)))],
			CLOSE_CODES.badMessage,
		],
	])(
		"[X4] %s closes the connection with its code and changes nothing",
		async (_name, parts, code) => {
			expect(await closeOf(...parts)).toBe(code);
		},
	);

	it("[X4] of a prototype is a message like any other", async () => {
		const live = new LiveClient(
			`${server.url.replace("http", "ws")}/api/sessions/${sessionId}/live`,
		);
		await live.next();
		live.send('{"type":"moves","ref":1,"__proto__":{"moves":[]}}');
		expect(await live.next()).toMatchObject({ type: "error", code: "BAD_REQUEST" });
		live.socket.close();
	});
});

describe("a message without end", () => {
	const goesOn = (bytes: number) => encodeFrame(frames.GOES_ON, Buffer.alloc(bytes, 97));
	it.each([
		["large parts", 1_024, 101, CLOSE_CODES.messageTooBig],
		["small parts", 1, 20_000, CLOSE_CODES.badMessage],
		["empty parts", 0, 20_000, CLOSE_CODES.badMessage],
	])("[X4] in %s is cut at the bound", async (_name, bytes, count, code) => {
		const parts = Buffer.concat(Array.from({ length: count }, () => goesOn(bytes)));
		expect(await closeOf(encodeFrame(frames.TEXT_BEGINS, text("[")), parts)).toBe(code);
	});
});

describe("a flood", () => {
	it("[X4] of pings is cut when their answers gather", async () => {
		const pings = Buffer.concat(
			Array.from({ length: 6_100 }, () => encodeFrame(frames.PING, text("x"))),
		);
		expect(await closeOf(pings)).toBeNull();
	});

	it("[X4] of what a client never reads the answers to does not gather in memory", {
		timeout: TEST_MS_MAX,
	}, async () => {
		const relaxed = await startAbused();
		const created = await relaxed.http.call("POST", "/api/sessions");
		const id = String(created?.body["sessionId"]);
		const before = await relaxed.read();
		const refused = encodeFrame(frames.TEXT, text('{"type":"moves","ref":1,"moves":[]}'));
		const floods = [encodeFrame(frames.PING, Buffer.alloc(125)), refused].map((frame) =>
			Buffer.concat(Array.from({ length: 500 }, () => frame)),
		);
		const lives = await Promise.all(
			[...floods, ...floods].map(async (bytes) => {
				const live = await openRawLive(relaxed.port, id);
				live.socket.pause();
				await flood(live.socket, bytes, PATIENCE);
				return live;
			}),
		);
		const during = await relaxed.read();
		expect(during.heldBytes - before.heldBytes).toBeLessThan(GROWTH_BYTES_MAX);
		// Others are served meanwhile.
		const other = new LiveClient(`${relaxed.url.replace("http", "ws")}/api/sessions/${id}/live`);
		expect(await other.next()).toMatchObject({ type: "hello" });
		other.socket.close();
		for (const { socket } of lives) socket.destroy();
		await relaxed.expectUnharmed();
	});
});

describe("after all of it", () => {
	it("[X4] the server is well and what it stored verifies", { timeout: TEST_MS_MAX }, async () => {
		await server.expectUnharmed();
	});
});
