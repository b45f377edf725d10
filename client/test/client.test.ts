import { type ClientEvents, memoryStorage, SavepointClient } from "@savepoint/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeServer } from "./support/fake-server.js";
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

describe("creating a session", () => {
	test("[Q1] a create whose answer was lost gives the same session", async () => {
		server.faults.push("swallow", "swallow");
		const client = await start();
		expect(server.writes.map((write) => write.route)).toEqual(["create", "create", "create"]);
		expect([...server.sessions.keys()]).toEqual([client.session.sessionId]);
	});

	test("[Q1] a page that died before the answer finds the same session", async () => {
		const storage = memoryStorage();
		server.faults.push("swallow");
		const dying = new AbortController();
		await expect(
			start({ storage, signal: dying.signal, onAway: () => dying.abort() }),
		).rejects.toThrow();
		const client = await start({ storage });
		expect([...server.sessions.keys()]).toEqual([client.session.sessionId]);
	});

	test("[Q1] a lost create that is long over is not played on", async () => {
		const storage = memoryStorage();
		server.faults.push("swallow");
		const dying = new AbortController();
		await expect(
			start({ storage, signal: dying.signal, onAway: () => dying.abort() }),
		).rejects.toThrow();
		server.sessions.get("session-1")?.take([{ id: "x", type: "end" }]);
		const client = await start({ storage });
		expect(client.session).toMatchObject({ sessionId: "session-2", status: "active" });
	});

	test("[Q2] start waits for a server that is away, and says so", async () => {
		await server.stop();
		let waits = 0;
		const client = await start({
			onAway: () => {
				waits += 1;
				if (waits === 2) void server.start();
			},
		});
		expect(waits).toBeGreaterThanOrEqual(2);
		expect(client.session.status).toBe("active");
	});

	test("[Q2] a new session takes the requested duration", async () => {
		expect((await start({ durationSeconds: 30 })).session.durationSeconds).toBe(30);
	});
});

describe("playing", () => {
	test("[Q3] moves are taken in order, once each, over the live connection", async () => {
		const client = await start();
		const ids = [0, 1, 2, 3, 4].map((number) => spawn(client, number));
		expect(client.saveState).toEqual({ state: "saving", pending: 5 });
		await client.settled();
		expect(logOf(client)).toEqual(ids);
		expect(server.writes.filter((write) => write.route === "http")).toEqual([]);
		expect(client.saveState).toEqual({ state: "saved", seq: 5 });
	});

	test("[Q3] more moves than a batch takes go in several, none larger than 256", async () => {
		const client = await start();
		const ids = Array.from({ length: 700 }, () =>
			client.play({ type: "deposit", artifactId: "a" }),
		);
		await client.settled();
		expect(logOf(client)).toEqual(ids);
		expect(Math.max(...server.writes.map((write) => write.moveIds.length))).toBe(256);
	});

	test("[Q3] no batch is larger than a body may be", async () => {
		const client = await start({ WebSocket: null });
		const artifactId = "a".repeat(64);
		const play = () =>
			client.play({
				type: "artifact-status",
				artifactId,
				status: "ground",
				position: { x: 1 / 3 + Math.PI * 100, y: 1 / 3 + Math.PI * 100 },
			});
		for (let count = 0; count < 512; count += 1) play();
		await client.settled();
		expect(logOf(client)).toHaveLength(512);
	});

	test("[Q4] receipts and refusals arrive as events, in the order of the moves", async () => {
		const client = await start();
		const receipts: ClientEvents["receipt"][] = [];
		client.on("receipt", (event) => receipts.push(event));
		const first = spawn(client, 1);
		const second = client.play({ type: "deposit", artifactId: "nobody" });
		const refused = next(client, "refused");
		await client.settled();
		expect(receipts.map(({ receipt }) => [receipt.id, receipt.applied, receipt.seq])).toEqual([
			[first, "now", 1],
			[second, "refused", 2],
		]);
		expect((await refused).receipt.code).toBe("ARTIFACT_NOT_AVAILABLE");
	});

	test("[Q4] the end tells the result as it is stored", async () => {
		const client = await start();
		spawn(client, 1);
		const ended = next(client, "ended");
		client.end("won");
		const { session } = await ended;
		expect(session).toMatchObject({ status: "ended", result: "lost" });
		expect(client.session.result).toBe("lost");
	});

	test("[Q4] a move that no server would take is refused at its own line", async () => {
		const client = await start();
		const x = Number.NaN;
		expect(() => client.play({ type: "spawn", artifactId: "a", x, y: 1 })).toThrow(RangeError);
		expect(() => client.play({ type: "deposit", artifactId: "å" })).toThrow(RangeError);
		expect(() => client.play({ type: "deposit", artifactId: "a" }, -1)).toThrow(RangeError);
		expect(client.pending).toBe(0);
	});

	test("[Q4] a listener that throws does not hold the moves up", async () => {
		const client = await start();
		const surfaced = new Promise((resolve) => process.once("uncaughtException", resolve));
		const ours = process.listeners("uncaughtException").slice(0, -1);
		for (const listener of ours) process.off("uncaughtException", listener);
		client.on("receipt", () => {
			throw new Error("A bug of the page.");
		});
		spawn(client, 1);
		await client.settled();
		expect(await surfaced).toMatchObject({ message: "A bug of the page." });
		for (const listener of ours) process.on("uncaughtException", listener);
	});

	test("[Q5] what somebody else did is told, and so is a notice", async () => {
		const client = await start();
		await until(() => server.liveConnections === 1);
		const changed = next(client, "changed");
		const notice = next(client, "notice");
		server.push({ type: "notice", title: "Soon", message: "A new release comes at noon." });
		server.push({ type: "changed", seq: 7, stateHash: "0".repeat(16), ended: false });
		expect(await changed).toEqual({ seq: 7, stateHash: "0".repeat(16), ended: false });
		expect(await notice).toMatchObject({ title: "Soon" });
	});

	test("[Q5] an end by somebody else is told with the stored session", async () => {
		const client = await start();
		await until(() => server.liveConnections === 1);
		const session = server.sessions.get(client.session.sessionId);
		session?.take([{ id: "sweep", type: "end" }]);
		const ended = next(client, "ended");
		server.push({ type: "changed", seq: 1, stateHash: session?.stateHash ?? "", ended: true });
		expect((await ended).session.result).toBe("abandoned");
	});
});
