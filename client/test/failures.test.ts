import { memoryStorage, SavepointClient } from "@savepoint/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeServer, type Fault } from "./support/fake-server.js";
import { next, optionsFor, spawn, until } from "./support/harness.js";

let server: FakeServer;
const clients: SavepointClient[] = [];

const start = async (over: Parameters<typeof optionsFor>[1] = {}): Promise<SavepointClient> => {
	const client = await SavepointClient.start(optionsFor(server, over));
	clients.push(client);
	return client;
};
const logOf = (client: SavepointClient): string[] =>
	(server.sessions.get(client.session.sessionId)?.log ?? []).map((move) => move.id);

beforeEach(async () => {
	server = new FakeServer();
	await server.start();
});
afterEach(async () => {
	for (const client of clients.splice(0)) await client.close();
	await server.stop();
});

describe("a write that fails", () => {
	const faults: Fault[] = [
		"drop",
		"swallow",
		"unavailable",
		"rate-limited",
		"garbage",
		"duplicate",
		"going-away",
	];
	const routes = [
		{ route: "http", over: { WebSocket: null } },
		{ route: "live", over: {} },
	];
	for (const { route, over } of routes) {
		test.each(faults)(`[Q6] over ${route}: %s, and every move is there once`, async (fault) => {
			const client = await start(over);
			if (route === "live") await until(() => server.liveConnections === 1);
			server.faults.push(fault, "none", fault);
			const ids: string[] = [];
			for (let number = 0; number < 6; number += 1) {
				ids.push(spawn(client, number));
				if (number % 2 === 1) await client.settled();
			}
			expect(logOf(client)).toEqual(ids);
		});
	}

	test("[Q6] an answer that never comes is asked for again", async () => {
		const clock = {
			now: () => Date.now(),
			after(delayMs: number, run: () => void) {
				const timer = setTimeout(run, delayMs / 30);
				return () => clearTimeout(timer);
			},
		};
		const client = await start({ clock });
		server.faults.push("silence", "silence");
		const ids = [spawn(client, 1), spawn(client, 2)];
		await client.settled();
		expect(logOf(client)).toEqual(ids);
	});

	test("[Q7] away and back are told, and what waits is counted", async () => {
		const client = await start({ WebSocket: null });
		server.faults.push("unavailable", "unavailable");
		const away = next(client, "away");
		const back = next(client, "back");
		spawn(client, 1);
		expect(await away).toMatchObject({ pending: 1, code: "STORAGE_FULL" });
		expect(client.saveState).toEqual({ state: "away", pending: 1 });
		expect(await back).toEqual({ pending: 0 });
		expect(client.saveState).toEqual({ state: "saved", seq: 1 });
	});

	test("[Q7] the server's Retry-After is a minimum", async () => {
		const client = await start({ WebSocket: null });
		server.faults.push("rate-limited");
		const away = next(client, "away");
		spawn(client, 1);
		expect((await away).retryInMs).toBeGreaterThanOrEqual(1000);
		await client.settled();
	});

	test("[Q7] an unknown session is final: told once, and the queue is kept", async () => {
		const storage = memoryStorage();
		const client = await start({ storage });
		server.sessions.clear();
		const lost = next(client, "lost");
		server.closeLive(4404);
		spawn(client, 1);
		expect(await lost).toMatchObject({ code: "SESSION_NOT_FOUND", pending: 1 });
		expect(client.saveState).toEqual({ state: "lost", code: "SESSION_NOT_FOUND" });
		await expect(client.settled()).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
		expect(() => spawn(client, 2)).toThrow("Session not found");
		await client.close();
		expect(await storage.get("savepoint:session")).toContain('"a1"');
		expect(await SavepointClient.resume(optionsFor(server, { storage }))).toBeNull();
	});
});

describe("two ways to the server", () => {
	test("[Q8] where no socket can be had, HTTP takes the moves; then back again", async () => {
		server.allowsSockets = false;
		const client = await start();
		spawn(client, 1);
		await client.settled();
		expect(server.writes.at(-1)?.route).toBe("http");

		server.allowsSockets = true;
		await until(() => server.liveConnections === 1);
		spawn(client, 2);
		await client.settled();
		expect(server.writes.at(-1)?.route).toBe("live");
		expect(logOf(client)).toHaveLength(2);
	});

	test("[Q8] a server that was gone is played on with, over the live connection", async () => {
		const client = await start();
		spawn(client, 1);
		await client.settled();
		await server.stop();
		const away = next(client, "away");
		const ids = [spawn(client, 2), spawn(client, 3)];
		await away;
		await server.start();
		await client.settled();
		await until(() => server.liveConnections === 1);
		expect(logOf(client).slice(1)).toEqual(ids);
	});

	test("[Q8] an idle client finds its way back to a server that was restarted", async () => {
		await start();
		await until(() => server.liveConnections === 1);
		await server.stop();
		await server.start();
		await until(() => server.liveConnections === 1);
	});

	test("[Q8] a closed client leaves no connection behind", async () => {
		const client = await start();
		await until(() => server.liveConnections === 1);
		await client.close();
		await until(() => server.liveConnections === 0);
		expect(() => spawn(client, 1)).toThrow("closed");
	});
});
