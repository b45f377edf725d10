// Goal: a finished game can be played again from what strangers are shown, and a wait is what it
// says. Method: random moves on a real storage, played again by the rules of core on a new session;
// the wait by hand-made moves.
import {
	applyMove,
	type MoveBody,
	newSession,
	type Replay,
	type ReplayMove,
	stateHash,
	toFixed,
} from "@savepoint/core";
import { array, assert, asyncProperty, constantFrom, nat, option, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { averageWaitMs, FinishedGames } from "#src/game/finished-games.js";
import { REPLAY_PAGE_MOVES } from "#src/limits.js";
import type { SqlDriver } from "#src/storage/driver.js";
import { SessionRepo } from "#src/storage/session-repo.js";
import { DRIVERS } from "../support/drivers.js";
import {
	answerOf,
	deposit,
	end,
	lay,
	move,
	OpenStore,
	SPAWN,
	spawn,
	status,
	withStore,
} from "../support/open-store.js";

/** A move of a replay as the rules take it: all that a page needs to know of the format. */
function bodyOf(shown: ReplayMove): MoveBody {
	const { artifactId = "", x = 0, y = 0, position } = shown;
	switch (shown.type) {
		case "spawn":
			return { type: "spawn", artifactId, xFixed: toFixed(x), yFixed: toFixed(y) };
		case "artifact-status":
			return {
				...status(artifactId, shown.status as "ground"),
				position: position ? { xFixed: toFixed(position.x), yFixed: toFixed(position.y) } : null,
			};
		case "deposit":
			return deposit(artifactId);
		default:
			return end((shown.result ?? null) as "won" | "lost" | null);
	}
}

function playAgain(replay: Replay): string {
	const state = newSession(replay.seed, replay.durationSeconds * 1000);
	for (const shown of replay.moves)
		expect(applyMove(state, bodyOf(shown))).toEqual({ applied: true });
	expect(state.result).toBe(replay.result);
	return stateHash(state);
}

const ids = constantFrom("a", "b", "c");
const bodies = constantFrom<(id: string) => MoveBody>(
	(id) => spawn(id, 12.345, 67.8),
	lay,
	(id) => ({ ...lay(id), position: { xFixed: 1_001, yFixed: -2 } }),
	(id) => status(id, "carried"),
	deposit,
);
const games = tuple(array(tuple(ids, bodies, option(nat(60_000))), { maxLength: 25 }), nat(2));

for (const kit of DRIVERS)
	describe(`finished games over ${kit.name}`, () => {
		it("[R2] the moves lead to the stored state, and time goes one way", async () => {
			const open = await OpenStore.open(kit);
			const replays = new FinishedGames(open.storage.sessions);
			await assert(
				asyncProperty(games, async ([list, how]) => {
					const { sessionId } = await open.create();
					const moves = list.map(([id, body, atMs], at) => move(`m${at}`, body(id), atMs));
					if (moves.length > 0) answerOf(await open.play(sessionId, moves));
					answerOf(await open.single(sessionId, SPAWN));
					answerOf(
						await open.single(sessionId, end((["won", "lost", null] as const)[how] ?? null)),
					);
					const session = await open.view(sessionId);
					const replay = await replays.find(session.replayId ?? "");
					expect(replay.stateHash).toBe(session.stateHash);
					expect(playAgain(replay)).toBe(session.stateHash);
					expect(replay).toMatchObject({ result: session.result, score: session.score });
					const times = replay.moves.map(({ atMs }) => atMs);
					expect(times).toEqual([...times].sort((a, b) => a - b));
				}),
				{ numRuns: 40, endOnFailure: true },
			);
			await open.close();
		});

		it(
			"[R2] a log of more than one page is whole",
			withStore(kit, async (open) => {
				const { sessionId } = await open.create();
				const count = REPLAY_PAGE_MOVES + 2;
				answerOf(await open.play(sessionId, [move("s", spawn("a"))]));
				for (let at = 0; at < count; at += 200)
					answerOf(
						await open.play(
							sessionId,
							Array.from({ length: Math.min(200, count - at) }, (_, i) =>
								move(`${at + i}`, lay("a")),
							),
						),
					);
				answerOf(await open.single(sessionId, end("lost")));
				const { replayId, stateHash: stored } = await open.view(sessionId);
				const replay = await new FinishedGames(open.storage.sessions).find(replayId ?? "");
				expect(replay.moves).toHaveLength(count + 2);
				expect(playAgain(replay)).toBe(stored);
			}),
		);

		it(
			"[R1] an id leads to a game only when all of it is right and the game has ended",
			withStore(kit, async (open) => {
				const { sessionId } = await open.create();
				const other = await open.create();
				for (const id of [sessionId, other.sessionId]) answerOf(await open.single(id, end("lost")));
				const replays = new FinishedGames(open.storage.sessions);
				const replayId = (await open.view(sessionId)).replayId ?? "";
				const otherId = (await open.view(other.sessionId)).replayId ?? "";
				expect((await replays.find(replayId)).id).toBe(replayId);
				const wrong = [
					"",
					"x",
					sessionId,
					replayId.slice(0, 26),
					replayId.slice(0, 26) + otherId.slice(26),
					`${replayId}0`,
					`${replayId.slice(0, 26)}0${replayId.slice(26)}`,
					replayId.toUpperCase(),
					` ${replayId}`,
					`${replayId.slice(0, 26)}vvvvvvvvvv`,
				];
				for (const id of wrong)
					await expect(replays.find(id), id).rejects.toMatchObject({ code: "REPLAY_NOT_FOUND" });
			}),
		);

		it(
			"[R1] an active session has no replay id, and a guessed key no game",
			withStore(kit, async (open) => {
				expect((await open.create()).replayId).toBeNull();
				const replays = new FinishedGames(open.storage.sessions);
				await expect(replays.find(`${"0".repeat(26)}1`)).rejects.toMatchObject({
					code: "REPLAY_NOT_FOUND",
				});
			}),
		);
	});

describe.each(DRIVERS)("a session that is read while it ends, on $name", (kit) => {
	it("[K9] is no harmed one: what was read of two moments is read again", async () => {
		const open = await OpenStore.open(kit);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		// The end comes between the reading of the row and that of the log.
		const { driver, statements } = open.storage;
		let isEnded = false;
		const query: typeof driver.query = async (sql, params) => {
			if (sql.includes("from artifacts") && !isEnded) {
				isEnded = true;
				await open.play(sessionId, [move("2", end("lost"))]);
			}
			return driver.query(sql, params);
		};
		const sessions = new SessionRepo({ ...bound(driver), query }, statements, 1);
		const harmed: string[] = [];
		sessions.onHarmed = (_key, reason) => harmed.push(reason);
		expect((await sessions.load(sessionId))?.record.state.result).toBe("lost");
		expect(isEnded).toBe(true);
		expect(harmed).toEqual([]);
		await open.close();
	});
});

/** Its methods, as an object that others can be put into. */
const bound = (driver: SqlDriver): SqlDriver => ({
	engine: driver.engine,
	isShared: driver.isShared,
	query: (sql, params) => driver.query(sql, params),
	commit: (batch) => driver.commit(batch),
	gauges: () => driver.gauges(),
	close: () => driver.close(),
});

describe("the average wait", () => {
	const at = (atMs: number, type: string, artifactId: string): ReplayMove => ({
		seq: 1,
		type,
		atMs,
		artifactId,
	});

	it("[H4] is from spawn to deposit", () => {
		const moves = [
			at(1_000, "spawn", "a"),
			at(2_000, "spawn", "b"),
			at(3_000, "deposit", "b"),
			{ ...at(7_000, "artifact-status", "a"), status: "deposited" },
		];
		expect(averageWaitMs(moves, 10_000)).toBe((6_000 + 1_000) / 2);
	});

	it("[H4] counts what is left until the time is up", () => {
		const left = [
			at(1_000, "spawn", "a"),
			{ ...at(2_000, "artifact-status", "a"), status: "ground" },
		];
		expect(averageWaitMs(left, 10_000)).toBe(9_000);
		expect(averageWaitMs([at(11_000, "spawn", "late")], 10_000)).toBe(0);
	});

	it("[H4] of nothing is 0, and whole milliseconds of anything", () => {
		expect(averageWaitMs([], 10_000)).toBe(0);
		const moves = [at(0, "spawn", "a"), at(0, "spawn", "b"), at(1, "deposit", "a")];
		expect(averageWaitMs([...moves, at(2, "deposit", "b")], 10_000)).toBe(2);
	});
});
