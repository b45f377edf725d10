import type { Move } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PlayOptions, playGames } from "#src/cli/play/play-games.js";
import { FakeServer } from "../../../../client/test/support/fake-server.js";

let server: FakeServer;
const options = (over: Partial<PlayOptions> = {}): PlayOptions => ({
	baseUrl: server.url,
	games: 4,
	concurrency: 2,
	speed: 100,
	durationSeconds: 60,
	...over,
});
const storedMoves = (): Move[] => [...server.sessions.values()].flatMap((session) => session.log);

beforeEach(async () => {
	server = new FakeServer();
	await server.start();
});
afterEach(() => server.stop());

describe("bots", () => {
	test("[V2] play whole games, and the summary is what the server stored", async () => {
		const summary = await playGames(options(), {});
		const results = [...server.sessions.values()].map((session) => session.view().result);
		expect(summary).toMatchObject({
			games: 4,
			won: results.filter((result) => result === "won").length,
			lost: results.filter((result) => result === "lost").length,
			abandoned: 0,
			unfinished: 0,
			movesAcknowledged: storedMoves().length,
			timesAway: 0,
			disagreements: [],
		});
		expect(server.sessions.size).toBe(4);
	});

	test("[V2] go on over restarts and lost answers", async () => {
		let receipts = 0;
		let restart = Promise.resolve();
		const summary = await playGames(options({ games: 3, concurrency: 3 }), {
			onReceipt: () => {
				receipts += 1;
				if (receipts !== 40) return;
				server.faults.push("swallow", "swallow");
				restart = server.stop();
			},
			onAway: () => void restart.then(() => server.start()),
		});
		expect(summary).toMatchObject({ games: 3, unfinished: 0, disagreements: [] });
		expect(summary.timesAway).toBeGreaterThanOrEqual(1);
		expect(summary.movesResent).toBeGreaterThan(0);
		expect(summary.movesAcknowledged).toBe(storedMoves().length);
		const ids = [...server.sessions.values()].map((session) => session.log.map(({ id }) => id));
		for (const log of ids) expect(new Set(log).size).toBe(log.length);
	});

	test("[V2] a server that never answers is SERVER_UNREACHABLE", async () => {
		await server.stop();
		const played = playGames(options({ firstPatienceMs: 300 }), {});
		await expect(played).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
	});

	test("[V2] a server that stays away leaves games unfinished, and says which", async () => {
		let stopped = false;
		const summary = await playGames(options({ games: 1, patienceMs: 300 }), {
			onReceipt: () => {
				if (!stopped) void server.stop();
				stopped = true;
			},
		});
		expect(summary).toMatchObject({ games: 1, unfinished: 1 });
		expect(summary.disagreements.join()).toContain("session-1: not played to its end");
	});
});

describe("a server that is wrong is found out", () => {
	test("[V3] a move that was acknowledged and is gone", async () => {
		const summary = await playGames(options({ games: 1 }), {
			onSession: ({ sessionId }) => {
				const session = server.sessions.get(sessionId);
				if (session === undefined) return;
				const take = session.take.bind(session);
				session.take = (moves) => {
					const kept = moves.filter((move) => move.type !== "deposit");
					const answer = take(kept);
					const receipts = moves.map((move) => ({
						id: move.id,
						applied: "now" as const,
						seq: answer.seq,
					}));
					return { ...answer, receipts };
				};
			},
		});
		expect(summary.disagreements.join("\n")).toContain("stateHash: the server says");
	});

	test("[V3] a move that was applied twice", async () => {
		const summary = await playGames(options({ games: 1 }), {
			onSession: ({ sessionId }) => {
				const session = server.sessions.get(sessionId);
				session?.take([{ type: "spawn", id: "twice", artifactId: "twice", x: 1, y: 1 }]);
			},
		});
		expect(summary.disagreements.join("\n")).toContain("number of artifacts");
	});

	test("[V3] a won game that is stored as something else", async () => {
		const summary = await playGames(options({ games: 1 }), {
			onSession: ({ sessionId }) => {
				const session = server.sessions.get(sessionId);
				if (session === undefined) return;
				const view = session.view.bind(session);
				session.view = () => {
					const stored = view();
					return stored.result === null ? stored : { ...stored, result: "abandoned" };
				};
			},
		});
		expect(summary).toMatchObject({ abandoned: 1, won: 0, lost: 0 });
		expect(summary.disagreements.join()).toContain("result: the server says abandoned");
	});
});
