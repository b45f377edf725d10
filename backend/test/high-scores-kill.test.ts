// Goal: a score that was acknowledged is there after a kill -9, once; one that was not can be sent
// again. Method: the real server as a process, killed while scores are on their way, started again
// on what is left; a ledger of what was acknowledged is held against the list.
import { join } from "node:path";
import type { HighScore } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRIVERS } from "./support/drivers.js";
import { answerOf, deposit, end, move, OpenStore, spawn } from "./support/open-store.js";
import { killServers, type ServerProcess, startServer } from "./support/server-process.js";
import { testDirectory } from "./support/storage.js";

const KILLS = 4;
/** Each round is a start and a kill of a whole server. */
const KILLS_TIMEOUT_MS = 180_000;
const POSTS_A_ROUND = 24;
const kit = DRIVERS[0];

interface Score {
	readonly key: string;
	readonly body: object;
}

/** null: no answer came. */
async function post(url: string, { key, body }: Score): Promise<HighScore | null> {
	try {
		const response = await fetch(`${url}/api/high-scores`, {
			method: "POST",
			headers: { "idempotency-key": key },
			body: JSON.stringify(body),
		});
		const answer = (await response.json()) as { score: HighScore };
		expect(response.status, JSON.stringify(answer)).toBe(201);
		return answer.score;
	} catch (error) {
		if (error instanceof TypeError) return null;
		throw error;
	}
}

async function list(url: string): Promise<HighScore[]> {
	const response = await fetch(`${url}/api/high-scores`);
	return ((await response.json()) as { scores: HighScore[] }).scores;
}

describe("high scores and kill -9", { timeout: KILLS_TIMEOUT_MS }, () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	beforeEach(async () => {
		directory = await testDirectory();
		database = join(directory.path, "savepoint.sqlite");
	});
	afterEach(async () => {
		await killServers();
		await directory.remove();
	});
	const start = async (fault = ""): Promise<[ServerProcess, string]> => {
		const env = { LOG_LEVEL: "silent", SAVEPOINT_TEST_FAULT: fault };
		const server = startServer({ database, env });
		return [server, await server.listening()];
	};

	async function killAgainAndAgain(fault = ""): Promise<void> {
		const acknowledged = new Map<string, HighScore>();
		let unanswered: Score[] = [];
		for (let round = 0; round < KILLS; round += 1) {
			const [server, url] = await start(fault);
			const listed = new Map((await list(url)).map((score) => [score.playerTag, score]));
			for (const [tag, score] of acknowledged) expect(listed.get(tag)).toEqual(score);
			// What got no answer is sent again with its key, and new ones; the kill comes in between.
			const fresh = Array.from({ length: POSTS_A_ROUND - unanswered.length }, (_, at) => {
				const playerTag = `r${round} n${at}`;
				return {
					key: `k-${round}-${at}`,
					body: { playerTag, result: "won", remainingUnchecked: 0 },
				};
			});
			const scores = [...unanswered, ...fresh];
			let answers = 0;
			const outcomes = await Promise.all(
				scores.map(async (score) => {
					const answer = await post(url, score);
					answers += 1;
					if (answers === 3 + 5 * round) void server.kill();
					if (answer !== null) acknowledged.set(answer.playerTag, answer);
					return answer === null ? score : null;
				}),
			);
			unanswered = outcomes.filter((score) => score !== null);
			await server.kill();
		}
		const [server, url] = await start(fault);
		for (const score of unanswered) {
			const answer = await post(url, score);
			if (answer !== null) acknowledged.set(answer.playerTag, answer);
		}
		const scores = await list(url);
		expect(new Set(scores.map(({ playerTag }) => playerTag)).size).toBe(scores.length);
		expect(new Map(scores.map((score) => [score.playerTag, score]))).toEqual(acknowledged);
		expect(acknowledged.size).toBeGreaterThan(POSTS_A_ROUND);
		await server.stop();
	}

	it("[H8, A1] what was acknowledged is there, once, after every kill", () => killAgainAndAgain());

	it("[H8, A1] a server that answers before it stores is found out", async () => {
		await expect(killAgainAndAgain("answer-before-commit")).rejects.toThrow(/expected .* equal/);
	});

	it("[H2, H8] a session's score survives with its replay, and is not made twice", async () => {
		if (kit === undefined) throw new Error("no engine to test");
		// 1. A finished game, made in the past by the real authority.
		const past = await OpenStore.open(kit, database, { nowMs: Date.now() - 120_000 });
		const { sessionId } = await past.create(60);
		const moves = [move("s", spawn("a"), 1_000), move("d", deposit("a"), 5_000)];
		answerOf(await past.play(sessionId, moves));
		past.jump(60_000);
		answerOf(await past.single(sessionId, end("won")));
		const { replayId } = await past.view(sessionId);
		await past.close();
		// 2. Its score, killed right behind the acknowledgement.
		const body = { sessionId, playerTag: "Åsa" };
		const [server, url] = await start();
		const score = await post(url, { key: "k", body });
		await server.kill();
		expect(score).toMatchObject({ verified: true, result: "won", averageWaitMs: 4_000, replayId });
		// 3. Still there: in the list, behind its key, and in the way of a second one.
		const [next, nextUrl] = await start();
		expect(await list(nextUrl)).toEqual([score]);
		expect(await post(nextUrl, { key: "k", body })).toEqual(score);
		const second = await fetch(`${nextUrl}/api/high-scores`, {
			method: "POST",
			body: JSON.stringify(body),
		});
		expect(second.status).toBe(409);
		expect((await fetch(`${nextUrl}/api/replays/${replayId}`)).status).toBe(200);
		expect(await next.stop()).toEqual({ code: 0, signal: null });
	});
});
