import { type ClientStorage, memoryStorage, SavepointClient, webStorage } from "@savepoint/client";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeServer, type Fault } from "./support/fake-server.js";
import { next, optionsFor, spawn, until } from "./support/harness.js";

let server: FakeServer;

const idsOf = (sessionId: string): string[] =>
	(server.sessions.get(sessionId)?.log ?? []).map((move) => move.id);
const resume = async (storage: ClientStorage): Promise<SavepointClient> => {
	const client = await SavepointClient.resume(optionsFor(server, { storage }));
	if (client === null) throw new Error("There was a session to resume.");
	return client;
};

beforeEach(async () => {
	server = new FakeServer();
	await server.start();
});
afterEach(() => server.stop());

describe("a reload", () => {
	test("[Q9] the queue survives: moves made while the server was away arrive", async () => {
		const storage = memoryStorage();
		const before = await SavepointClient.start(optionsFor(server, { storage }));
		const { sessionId } = before.session;
		await server.stop();
		const away = next(before, "away");
		const ids = [spawn(before, 1), spawn(before, 2), before.end("lost")];
		await away;
		await before.close();

		await server.start();
		const after = await resume(storage);
		expect(idsOf(sessionId)).toEqual(ids);
		expect(after.session).toMatchObject({ sessionId, seq: 3, status: "ended", result: "lost" });
		await after.close();
	});

	test("[Q9] a move whose answer was lost with the page is not applied again", async () => {
		const storage = memoryStorage();
		const before = await SavepointClient.start(optionsFor(server, { storage, WebSocket: null }));
		server.faults.push("swallow");
		const away = next(before, "away");
		const id = spawn(before, 1);
		await away;
		await before.close();
		const after = await resume(storage);
		expect(idsOf(after.session.sessionId)).toEqual([id]);
		expect(after.session.artifacts).toHaveLength(1);
		await after.close();
	});

	test("[Q9] ids of a new page never meet those of the old one", async () => {
		const storage = memoryStorage();
		const before = await SavepointClient.start(optionsFor(server, { storage }));
		const first = spawn(before, 1);
		await before.settled();
		await before.close();
		const after = await resume(storage);
		const second = spawn(after, 2);
		await after.settled();
		expect(second).not.toBe(first);
		expect(idsOf(after.session.sessionId)).toEqual([first, second]);
		await after.close();
	});

	test("[Q9] a new game first delivers the win of the last one", async () => {
		const storage = memoryStorage();
		const before = await SavepointClient.start(optionsFor(server, { storage }));
		spawn(before, 1);
		before.play({ type: "deposit", artifactId: "a1" });
		await before.settled();
		await server.stop();
		const away = next(before, "away");
		before.end("won");
		await away;
		await before.close();
		await server.start();
		const after = await SavepointClient.start(optionsFor(server, { storage }));
		expect(server.sessions.get(before.session.sessionId)?.view().result).toBe("won");
		expect(after.session.sessionId).not.toBe(before.session.sessionId);
		await after.close();
	});

	test("[Q9] nothing stored, another version and damaged text resume to null", async () => {
		for (const text of [null, '{"version":99,"state":"playing"}', "{", "[]", '"x"']) {
			const storage = memoryStorage();
			if (text !== null) await storage.set("savepoint:session", text);
			expect(await SavepointClient.resume(optionsFor(server, { storage }))).toBeNull();
		}
	});
});

describe("the storage", () => {
	test("[Q10] a move is sent only after the storage has it", async () => {
		const values = memoryStorage();
		let release: (() => void) | null = null;
		let isSlow = false;
		const storage: ClientStorage = {
			...values,
			set: async (key, value) => {
				if (isSlow) await new Promise<void>((resolve) => (release = resolve));
				await values.set(key, value);
			},
		};
		const bodies: string[] = [];
		const client = await SavepointClient.start(
			optionsFor(server, {
				storage,
				WebSocket: null,
				fetch: (url, init) => {
					if (url.endsWith("/moves")) bodies.push(init.body ?? "");
					return fetch(url, init);
				},
			}),
		);
		const first = spawn(client, 1);
		const firstSaved = next(client, "saved");
		await until(() => bodies.length === 1);
		isSlow = true;
		const second = spawn(client, 2);
		await firstSaved;
		await new Promise((resolve) => setImmediate(resolve));
		expect(bodies.join()).not.toContain(second);
		isSlow = false;
		(release as (() => void) | null)?.();
		await client.settled();
		expect(idsOf(client.session.sessionId)).toEqual([first, second]);
		await client.close();
	});

	test("[Q10] a full local storage is told and does not keep moves from the server", async () => {
		const storage = webStorage({
			getItem: () => null,
			setItem: () => {
				throw new Error("QuotaExceededError");
			},
			removeItem: () => {},
		});
		const client = await SavepointClient.start(optionsFor(server, { storage }));
		const unprotected = next(client, "unprotected");
		spawn(client, 1);
		await client.settled();
		expect((await unprotected).cause).toMatchObject({ message: "QuotaExceededError" });
		await client.close();
	});

	test("[Q10] what is stored is bounded, and an end still finds room", async () => {
		const client = await SavepointClient.start(optionsFor(server));
		await server.stop();
		const refused = next(client, "refused");
		for (let count = 0; count < 10_001; count += 1) {
			client.play({ type: "deposit", artifactId: "a" });
		}
		expect((await refused).receipt).toMatchObject({ code: "TOO_MANY_MOVES", seq: 0 });
		expect(client.pending).toBe(10_000);
		client.end();
		expect(client.pending).toBe(10_001);
		await client.close();
	});
});

describe("any script of faults", () => {
	const fault = fc.constantFrom<Fault>(
		"none",
		"drop",
		"swallow",
		"unavailable",
		"rate-limited",
		"garbage",
		"duplicate",
		"going-away",
	);
	const step = fc.oneof(
		{
			weight: 5,
			arbitrary: fc.record({ do: fc.constant("play"), moves: fc.integer({ min: 1, max: 5 }) }),
		},
		{ weight: 2, arbitrary: fc.record({ do: fc.constant("settle"), moves: fc.constant(0) }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant("reload"), moves: fc.constant(0) }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant("restart"), moves: fc.constant(0) }) },
	);

	test("[Q11] the server's log is what was played, in order, once each", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fault, { maxLength: 12 }),
				fc.array(step, { minLength: 1, maxLength: 12 }),
				fc.boolean(),
				async (faults, steps, allowsSockets) => {
					server.allowsSockets = allowsSockets;
					server.faults.push(...faults);
					const storage = memoryStorage();
					let client = await SavepointClient.start(optionsFor(server, { storage }));
					const { sessionId } = client.session;
					const played: string[] = [];
					for (const { do: what, moves } of steps) {
						for (let count = 0; count < moves; count += 1) {
							played.push(spawn(client, played.length));
						}
						if (what === "settle") await client.settled();
						if (what === "restart") {
							await server.stop();
							await server.start();
						}
						if (what === "reload") {
							await client.close();
							client = await resume(storage);
						}
					}
					await client.settled();
					await client.close();
					server.faults.length = 0;
					expect(idsOf(sessionId)).toEqual(played);
				},
			),
			{ numRuns: 30 },
		);
	}, 120_000);
});
