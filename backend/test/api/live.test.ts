import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { CLOSE_CODES, type Session } from "@savepoint/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SavepointError } from "#src/errors.js";
import { SOCKET_MESSAGES_IN_FLIGHT_MAX, SOCKET_PING_MS } from "#src/limits.js";
import { type FakeApp, makeFakeApp } from "../support/fake-app.js";
import { LiveClient } from "../support/live-client.js";

const spawn = (id: string) => ({ id, type: "spawn", artifactId: `of-${id}`, x: 1, y: 1 });

describe("WS /api/sessions/:id/live", () => {
	const opened: FakeApp[] = [];
	afterEach(async () => {
		vi.useRealTimers();
		for (const { app, authority } of opened.splice(0)) {
			authority.release();
			await app.close();
		}
	});

	const serve = async (overrides: Parameters<typeof makeFakeApp>[0] = {}) => {
		const subject = await makeFakeApp(overrides);
		opened.push(subject);
		await subject.app.listen({ port: 0, host: "127.0.0.1" });
		const { port } = subject.app.server.address() as AddressInfo;
		const created = await subject.app.inject({ method: "POST", url: "/api/sessions" });
		const session: Session = created.json();
		const path = `/api/sessions/${session.sessionId}`;
		const connect = async (id = session.sessionId) => {
			const client = new LiveClient(`ws://127.0.0.1:${port}/api/sessions/${id}/live`);
			await once(client.socket, "open");
			return client;
		};
		/** Connected and greeted. */
		const join = async () => {
			const client = await connect();
			expect(await client.next()).toMatchObject({ type: "hello" });
			return client;
		};
		return { ...subject, session, path, connect, join };
	};

	it("greets with the session as it is stored", async () => {
		const { connect, session } = await serve();
		expect(await (await connect()).next()).toEqual({
			type: "hello",
			protocol: 1,
			seq: 0,
			stateHash: session.stateHash,
			generation: 1,
		});
	});

	it("closes with 4404 when there is no such session", async () => {
		const { connect } = await serve();
		expect(await (await connect("nobody")).closed).toEqual({
			code: CLOSE_CODES.sessionNotFound,
			reason: "SESSION_NOT_FOUND",
		});
	});

	it("can watch a session that has ended", async () => {
		const { app, path, join } = await serve();
		await app.inject({ method: "POST", url: `${path}/end` });
		const client = await join();
		client.send({ type: "moves", ref: 1, moves: [spawn("late")] });
		expect(await client.next()).toMatchObject({
			type: "receipts",
			ref: 1,
			receipts: [{ id: "late", applied: "refused", code: "SESSION_ENDED" }],
		});
	});

	it("[A1] answers moves with receipts, and a resend with the first ones", async () => {
		const { join } = await serve();
		const client = await join();
		const message = { type: "moves", ref: 7, moves: [spawn("a"), spawn("b")] };
		client.send(message);
		const first = await client.next();
		expect(first).toEqual({
			type: "receipts",
			ref: 7,
			receipts: [
				{ id: "a", applied: "now", seq: 1 },
				{ id: "b", applied: "now", seq: 2 },
			],
			seq: 2,
			stateHash: expect.any(String),
			durable: true,
		});
		client.send(message);
		expect(await client.next()).toMatchObject({
			receipts: [{ applied: "before" }, { applied: "before" }],
			seq: 2,
		});
	});

	it("keeps the order of the messages, also when a later one is refused at once", async () => {
		const { authority, join } = await serve();
		const client = await join();
		authority.hold();
		client.send({ type: "moves", ref: 1, moves: [spawn("a")] });
		client.send({ type: "moves", ref: 2, moves: [{ id: "b", type: "fly" }] });
		client.send({ type: "moves", ref: 3, moves: [spawn("c")] });
		await vi.waitFor(() => expect([...authority.sessions.values()][0]?.seq).toBe(2));
		authority.release();
		expect(await client.next()).toMatchObject({ type: "receipts", ref: 1 });
		expect(await client.next()).toEqual({
			type: "error",
			ref: 2,
			error: '`moves[0].type` takes "spawn", "artifact-status", "deposit" or "end".',
			code: "BAD_REQUEST",
			retryAfterMs: null,
		});
		expect(await client.next()).toMatchObject({ type: "receipts", ref: 3 });
	});

	it("works on a bounded number of messages and answers all", async () => {
		const { authority, join } = await serve();
		const client = await join();
		const count = SOCKET_MESSAGES_IN_FLIGHT_MAX * 3;
		authority.hold();
		for (let ref = 0; ref < count; ref += 1)
			client.send({ type: "moves", ref, moves: [spawn(`m${ref}`)] });
		await vi.waitFor(() =>
			expect([...authority.sessions.values()][0]?.seq).toBeGreaterThanOrEqual(
				SOCKET_MESSAGES_IN_FLIGHT_MAX,
			),
		);
		authority.release();
		for (let ref = 0; ref < count; ref += 1)
			expect(await client.next()).toMatchObject({ type: "receipts", ref, seq: ref + 1 });
	});

	it("tells others of a change, and not the one who made it", async () => {
		const { app, path, join } = await serve();
		const [one, other] = [await join(), await join()];
		one.send({ type: "moves", ref: 1, moves: [spawn("a")] });
		expect(await one.next()).toMatchObject({ type: "receipts" });
		expect(await other.next()).toMatchObject({ type: "changed", seq: 1, ended: false });
		await app.inject({ method: "POST", url: `${path}/end` });
		const ended = { type: "changed", seq: 2, ended: true, stateHash: expect.any(String) };
		expect(await one.next()).toEqual(ended);
		expect(await other.next()).toEqual(ended);
	});

	it("does not lose a change that happens during the greeting", async () => {
		const { app, authority, connect, path } = await serve();
		const seen = vi.spyOn(authority, "view").mockImplementationOnce((id, sink) => {
			authority.view(id, {
				fail: (error) => sink.fail(error),
				send: (view) =>
					void app
						.inject({ method: "POST", url: `${path}/spawn`, payload: { x: 1, y: 1 } })
						.then(() => sink.send(view, false)),
			});
		});
		const client = await connect();
		expect(await client.next()).toMatchObject({ type: "hello", seq: 0 });
		expect(await client.next()).toMatchObject({ type: "changed", seq: 1 });
		expect(seen).toHaveBeenCalled();
	});

	it.each([
		["not JSON", "{"],
		["not an object", '"moves"'],
		["null", "null"],
		["an unknown type", { type: "fly", ref: 1 }],
		["no ref", { type: "moves", moves: [spawn("a")] }],
		["binary", Buffer.from('{"type":"moves"}')],
	])("closes with 1008 on a frame that is %s", async (_name, frame) => {
		const { join } = await serve();
		const client = await join();
		if (Buffer.isBuffer(frame)) client.socket.send(frame);
		else client.send(frame);
		expect((await client.closed).code).toBe(CLOSE_CODES.badMessage);
	});

	it("closes with 1009 on a frame over 100 KiB", async () => {
		const { join } = await serve();
		const client = await join();
		client.send(" ".repeat(102_401));
		expect((await client.closed).code).toBe(CLOSE_CODES.messageTooBig);
	});

	it("closes with 4429 above the connection's limit", async () => {
		const { join } = await serve({ socketMessagesPerMinute: 3 });
		const client = await join();
		for (let ref = 0; ref < 4; ref += 1) client.send({ type: "moves", ref, moves: [] });
		expect((await client.closed).code).toBe(CLOSE_CODES.rateLimited);
		const next = await join();
		next.send({ type: "moves", ref: 1, moves: [spawn("a")] });
		expect(await next.next()).toMatchObject({ type: "receipts" });
	});

	it("closes with 4408 on a client that does not read", async () => {
		const { authority, join, path, app } = await serve();
		const client = await join();
		client.socket.pause();
		const held = [...authority.sessions.values()][0];
		// Pushed straight from the authority: enough for the kernel's buffers and ours.
		const change = { seq: 1, stateHash: "h".repeat(60_000), ended: false, origin: null };
		for (let round = 0; round < 400 && held !== undefined; round += 1)
			for (const listener of held.listeners) listener(change);
		client.socket.resume();
		expect((await client.closed).code).toBe(CLOSE_CODES.tooSlow);
		const after = await app.inject({ method: "GET", url: path });
		expect(after.statusCode).toBe(200);
		expect(held?.listeners.size).toBe(0);
	});

	it("answers a message that storage could not take, with when to come back", async () => {
		const { authority, join } = await serve();
		const client = await join();
		authority.trouble = new SavepointError("STORAGE_FULL");
		client.send({ type: "moves", ref: 1, moves: [spawn("a")] });
		expect(await client.next()).toMatchObject({
			type: "error",
			ref: 1,
			code: "STORAGE_FULL",
			retryAfterMs: 1000,
		});
		authority.trouble = new SavepointError("OUTCOME_UNKNOWN");
		client.send({ type: "moves", ref: 2, moves: [spawn("a")] });
		expect(await client.next()).toMatchObject({ code: "OUTCOME_UNKNOWN", ref: 2 });
		expect((await client.closed).code).toBe(CLOSE_CODES.storageLost);
	});

	it("on shutdown says so, answers what is under way, then closes with 1001", async () => {
		const { app, authority, join } = await serve();
		const client = await join();
		authority.hold();
		client.send({ type: "moves", ref: 1, moves: [spawn("a")] });
		await vi.waitFor(() => expect([...authority.sessions.values()][0]?.seq).toBe(1));
		const closed = app.close();
		expect(await client.next()).toEqual({ type: "going-away", retryAfterMs: 1000 });
		client.send({ type: "moves", ref: 2, moves: [spawn("b")] });
		// Meanwhile the port still answers, so that nobody takes the server for crashed.
		const turnedAway = await fetch(`${app.listeningOrigin}/health`);
		expect(turnedAway.status).toBe(503);
		expect(turnedAway.headers.get("retry-after")).toBe("1");
		expect(await turnedAway.json()).toMatchObject({ code: "SHUTTING_DOWN" });
		expect((await fetch(`${app.listeningOrigin}/health/live`)).status).toBe(200);
		authority.release();
		expect(await client.next()).toMatchObject({ type: "receipts", ref: 1 });
		expect((await client.closed).code).toBe(CLOSE_CODES.goingAway);
		await closed;
		expect([...authority.sessions.values()][0]?.seq).toBe(1);
	});

	it("ends a peer that does not answer pings", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		const { join, authority } = await serve();
		const client = await join();
		const deaf = await join();
		deaf.socket.pause();
		const heard = once(client.socket, "ping");
		vi.advanceTimersByTime(SOCKET_PING_MS);
		await heard;
		client.send({ type: "moves", ref: 1, moves: [spawn("alive")] });
		await client.next();
		const held = [...authority.sessions.values()][0];
		expect(held?.listeners.size).toBe(2);
		vi.advanceTimersByTime(SOCKET_PING_MS);
		await vi.waitFor(() => expect(held?.listeners.size).toBe(1));
		expect(client.socket.readyState).toBe(client.socket.OPEN);
	});

	it("has its close codes in the reference, all of them and no others", () => {
		const page = readFileSync(
			new URL("../../../docs/reference/websocket.md", import.meta.url),
			"utf8",
		);
		const rows = [...page.matchAll(/^\| (\d{4}) \| `(\w+)` \| \S/gm)];
		expect(Object.fromEntries(rows.map(([, code, name]) => [name, Number(code)]))).toEqual(
			CLOSE_CODES,
		);
	});
});
