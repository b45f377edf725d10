// Goal: whatever a body holds, a bad one is refused with a code of its own kind and changes
// nothing. Method: raw bytes to a real server; after each the session and the counters are as they
// were.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LiveClient } from "../support/live-client.js";
import { killServers } from "../support/server-process.js";
import { type AbusedServer, startAbused } from "./support/abused-server.js";
import { post } from "./support/raw-answer.js";

/** On a machine that other tests keep busy. */
const TEST_MS_MAX = 120_000;
let server: AbusedServer;
let session = "";
let artifactId = "";
beforeAll(async () => {
	server = await startAbused();
	const created = await server.http.call("POST", "/api/sessions");
	session = `/api/sessions/${created?.body["sessionId"]}`;
	const spawned = await server.http.call("POST", `${session}/spawn`, { x: 1, y: 1 });
	artifactId = ((spawned?.body["artifact"] ?? {}) as { id: string }).id;
}, TEST_MS_MAX);
afterAll(killServers);

/** All that could have been changed, but for the time that passes. */
const state = async () => {
	const [view, log, stats, scores] = await Promise.all(
		[session, `${session}/moves`, "/api/sessions/stats", "/api/high-scores"].map((path) =>
			server.http.call("GET", path),
		),
	);
	return [{ ...view?.body, remainingSeconds: 0 }, log?.body, stats?.body, scores?.body];
};
const expectRefused = async (
	path: string,
	body: string | Buffer,
	wanted: { readonly status: number; readonly code?: string } = { status: 400 },
) => {
	const before = await state();
	expect(await post(server.port, path, body)).toMatchObject({ code: "BAD_REQUEST", ...wanted });
	expect(await state()).toEqual(before);
};

/** As they stand in a JSON text. */
const NO_NUMBERS = ["null", "true", '"12"', "[1]", "{}", "1e999", "-1e999", "1e308", '"NaN"'];
const NO_JSON_NUMBERS = ["NaN", "Infinity", "0x10", "01", "+1", ".5", "-"];

describe("a number", () => {
	const places: [string, (number: string) => [path: string, body: string]][] = [
		["spawn.x", (n) => [`${session}/spawn`, `{"x":${n},"y":1}`]],
		["spawn.y", (n) => [`${session}/spawn`, `{"x":1,"y":${n}}`]],
		[
			"artifact-status.position.x",
			(n) => [
				`${session}/artifact-status`,
				`{"artifactId":"${artifactId}","status":"ground","position":{"x":${n},"y":1}}`,
			],
		],
		[
			"moves[0].x",
			(n) => [
				`${session}/moves`,
				`{"moves":[{"id":"m","type":"spawn","artifactId":"a","x":${n},"y":1}]}`,
			],
		],
		[
			"moves[1].atMs, after a move that is right",
			(n) => [
				`${session}/moves`,
				`{"moves":[{"id":"m","type":"spawn","artifactId":"a","x":1,"y":1},` +
					`{"id":"n","type":"deposit","artifactId":"a","atMs":${n}}]}`,
			],
		],
	];
	it.each(places)("[X1] in %s is a finite one in its range, as sent", async (_name, build) => {
		for (const number of NO_NUMBERS) await expectRefused(...build(number));
		for (const number of NO_JSON_NUMBERS)
			await expectRefused(...build(number), { status: 400, code: "BAD_JSON" });
	});

	it("[X1] of a new session or an old score is one, too", async () => {
		for (const number of NO_NUMBERS) {
			if (number !== "null")
				await expectRefused("/api/sessions", `{"requestedDurationSeconds":${number}}`);
			const score = `{"playerTag":"p","result":"won","remainingUnchecked":${number}}`;
			await expectRefused("/api/high-scores", score);
		}
	});

	it("[X1] may lie 64 outside the level and no more", async () => {
		for (const [x, y] of [
			[-64.001, 0],
			[1088.001, 0],
			[0, -64.001],
			[0, 747.001],
		])
			await expectRefused(`${session}/spawn`, JSON.stringify({ x, y }));
	});

	it("[X1] over the live connection is one, too", async () => {
		const before = await state();
		const live = new LiveClient(`${server.url.replace("http", "ws")}${session}/live`);
		expect(await live.next()).toMatchObject({ type: "hello" });
		for (const number of NO_NUMBERS) {
			live.send(
				`{"type":"moves","ref":7,"moves":[{"id":"m","type":"spawn","artifactId":"a","x":${number},"y":1}]}`,
			);
			expect(await live.next()).toMatchObject({ type: "error", ref: 7, code: "BAD_REQUEST" });
		}
		live.send('{"type":"moves","ref":7,"moves":[{"x":NaN}]}');
		expect(await live.closed).toMatchObject({ code: 1008 });
		expect(await state()).toEqual(before);
	});
});

describe("a body", () => {
	const spawn = () => `${session}/spawn`;
	it.each([
		["broken off", '{"x":1,"y"'],
		["two at once", '{"x":1,"y":1}{"x":1,"y":1}'],
		["with a comma too many", '{"x":1,"y":1,}'],
		["open fifty thousand times", "[".repeat(50_000)],
		["with half an escape", '{"x":1,"y":1,"z":"\\ud8'],
		["of zero bytes", "\u0000\u0000"],
		["with another's prototype", '{"__proto__":{"x":1},"x":1,"y":1}'],
		["with another's prototype, escaped", '{"\\u005f_proto__":{"x":1},"x":1,"y":1}'],
		["with a constructor's prototype", '{"constructor":{"prototype":{"x":1}},"x":1,"y":1}'],
	])("[X1] %s is no JSON that is taken", async (_name, body) => {
		await expectRefused(spawn(), body, { status: 400, code: "BAD_JSON" });
	});

	it.each([
		["missing", ""],
		["null", "null"],
		["a number", "1"],
		["a list", "[1,1]"],
		["nested to the limit", "[".repeat(50_000) + "]".repeat(50_000)],
		["with all it takes in the prototype only", '{"a":{"__proto":{"x":1,"y":1}}}'],
	])("[X1] %s has not the shape of a call", async (_name, body) => {
		await expectRefused(spawn(), body);
	});

	it("[X1] over 100 KiB is too large, whatever is in it", async () => {
		const padded = `{"x":1,"y":1,"z":"${"z".repeat(102_400)}"}`;
		await expectRefused(spawn(), padded, { status: 413, code: "BODY_TOO_LARGE" });
		await expectRefused(spawn(), Buffer.alloc(102_401), { status: 413, code: "BODY_TOO_LARGE" });
	});

	it("[X1] with a key twice counts as its last one, for the check and for the store", async () => {
		await expectRefused(spawn(), '{"x":1,"x":5000,"y":1}');
		const taken = await post(server.port, spawn(), '{"x":5000,"x":3,"y":1}');
		expect(taken).toMatchObject({ status: 201 });
		expect(taken.body).toContain('"position":{"x":3,"y":1}');
	});

	it("[X1] with texts that are none is refused", async () => {
		const tag = (text: string) => `{"playerTag":${text},"result":"won","remainingUnchecked":0}`;
		for (const text of ['"\\ud800"', '"a\\udfff"', '"\\u0000"', '"\\ufffd"'])
			await expectRefused("/api/high-scores", tag(text));
		const bytes = Buffer.from(tag('"a~b"'));
		bytes[bytes.indexOf("~")] = 0xff;
		await expectRefused("/api/high-scores", bytes);
		for (const id of ['"\\ud800"', '"a b"', '"\\u00e9"', '""', `"${"x".repeat(65)}"`])
			await expectRefused(`${session}/deposit`, `{"artifactId":${id}}`);
	});
});

describe("after all of it", () => {
	it("[X1] the server is well and what it stored verifies", { timeout: TEST_MS_MAX }, async () => {
		await server.expectUnharmed();
	});
});
