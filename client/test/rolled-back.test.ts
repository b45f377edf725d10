// Goal: a server that was restored from a backup is noticed, and what the client still has goes to
// it again. Method: a scripted server forgets its newest moves and comes back in a new generation,
// over the live connection, over HTTP alone, and while the page is reloaded.
import { memoryStorage, SavepointClient } from "@savepoint/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "./support/fake-server.js";
import type { FakeSession } from "./support/fake-session.js";
import { next, optionsFor, spawn, until } from "./support/harness.js";

describe("a server that was restored", () => {
	const server = new FakeServer();
	let client: SavepointClient | null = null;
	beforeEach(() => server.start());
	afterEach(async () => {
		await client?.close();
		await server.stop();
		server.sessions.clear();
		server.allowsSockets = true;
	});

	const sessionOf = (played: SavepointClient): FakeSession =>
		server.sessions.get(played.session.sessionId) as FakeSession;

	const play = async (played: SavepointClient, from: number, to: number): Promise<string[]> => {
		const ids: string[] = [];
		for (let at = from; at <= to; at += 1) {
			ids.push(spawn(played, at));
			await played.settled();
		}
		return ids;
	};

	it("[Q12] gets what it lacks from a page that is open, in the old order, once", async () => {
		const opened = await SavepointClient.start(optionsFor(server));
		client = opened;
		const ids = await play(opened, 1, 5);
		const hash = sessionOf(opened).stateHash;
		const rolledBack = next(opened, "rolled-back");
		await server.stop();
		sessionOf(opened).restore(2);
		await server.start();
		expect(await rolledBack).toEqual({ resent: 3, lost: 0, seq: 2 });
		await opened.settled();
		expect(sessionOf(opened).log.map(({ id }) => id)).toEqual(ids);
		expect(sessionOf(opened).stateHash).toBe(hash);
		expect(opened.session).toMatchObject({ seq: 5, generation: 2 });
	});

	it("[Q12] is noticed over HTTP alone, by a log that is shorter than it was", async () => {
		server.allowsSockets = false;
		const opened = await SavepointClient.start(optionsFor(server, { WebSocket: null }));
		client = opened;
		await play(opened, 1, 5);
		sessionOf(opened).restore(2);
		const rolledBack = next(opened, "rolled-back");
		spawn(opened, 6);
		expect(await rolledBack).toEqual({ resent: 3, lost: 0, seq: 2 });
		await opened.settled();
		expect(
			new Set(sessionOf(opened).log.map((move) => "artifactId" in move && move.artifactId)),
		).toEqual(new Set(["a1", "a2", "a3", "a4", "a5", "a6"]));
	});

	it("[Q12] after a reload the player can be told how much is gone", async () => {
		const storage = memoryStorage();
		const before = await SavepointClient.start(optionsFor(server, { storage }));
		await play(before, 1, 5);
		await before.close();
		sessionOf(before).restore(2);
		client = await SavepointClient.resume(optionsFor(server, { storage }));
		expect(client?.rolledBack).toEqual({ resent: 0, lost: 3, seq: 2 });
		expect(client?.session.seq).toBe(2);
	});

	it("[Q12] a restore that took nothing of this session goes unnoticed", async () => {
		const opened = await SavepointClient.start(optionsFor(server));
		client = opened;
		await play(opened, 1, 2);
		const told: unknown[] = [];
		opened.on("rolled-back", (event) => told.push(event));
		await server.stop();
		sessionOf(opened).restore(2);
		await server.start();
		await until(() => opened.session.generation === 2);
		await play(opened, 3, 3);
		expect(told).toEqual([]);
		expect(opened.rolledBack).toBeNull();
	});
});
