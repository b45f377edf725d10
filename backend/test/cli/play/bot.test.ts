import {
	applyMove,
	generateLevel,
	MovesBody,
	newSession,
	normaliseMove,
	type SessionState,
} from "@savepoint/core";
import fc from "fast-check";
import { Check } from "typebox/value";
import { describe, expect, test } from "vitest";
import { planGame } from "#src/cli/play/bot.js";

const planOf = (seed: number, durationMs: number, skillSeed: number) =>
	planGame(generateLevel(seed, durationMs), durationMs, skillSeed);

/** The rules' word on a whole plan; a refused move fails the test. */
function playThrough(seed: number, durationMs: number, skillSeed: number): SessionState {
	const state = newSession(seed, durationMs);
	for (const { move } of planOf(seed, durationMs, skillSeed)) {
		expect(applyMove(state, normaliseMove({ ...move, id: "m" }).body)).toEqual({ applied: true });
	}
	return state;
}

const anySeed = fc.integer({ min: 0, max: 0xffffffff });
const anyDurationMs = fc.integer({ min: 10, max: 600 }).map((seconds) => seconds * 1000);
const anySkill = fc.nat(100_000);

describe("a bot", () => {
	test("[V1] plays the same game for the same level and skill", () => {
		expect(planOf(7, 60_000, 3)).toEqual(planOf(7, 60_000, 3));
		expect(planOf(7, 60_000, 3)).not.toEqual(planOf(7, 60_000, 4));
	});

	test("[V1] makes only moves that the server takes and the rules allow, in order of time", () => {
		fc.assert(
			fc.property(anySeed, anyDurationMs, anySkill, (seed, durationMs, skillSeed) => {
				const plan = planOf(seed, durationMs, skillSeed);
				for (const { atMs, move } of plan) {
					expect(Check(MovesBody, { moves: [{ ...move, atMs, id: "m" }] })).toBe(true);
				}
				const times = plan.map(({ atMs }) => atMs);
				expect(times).toEqual(times.toSorted((a, b) => a - b));
				playThrough(seed, durationMs, skillSeed);
			}),
			{ numRuns: 100 },
		);
	});

	test("[V1] ends as the rules see it: won when all is deposited, else lost", () => {
		fc.assert(
			fc.property(anySeed, anySkill, (seed, skillSeed) => {
				const end = planOf(seed, 60_000, skillSeed).at(-1)?.move;
				const { result } = playThrough(seed, 60_000, skillSeed);
				expect(end).toEqual({ type: "end", result });
			}),
			{ numRuns: 100 },
		);
	});

	test("[V1] all together they win and lose, and show every status of a real game", () => {
		const results = new Set<string | null>();
		const statuses = new Set<string>();
		for (let game = 1; game <= 40; game += 1) {
			results.add(playThrough(game, 60_000, game).result);
			for (const { move } of planOf(game, 60_000, game)) {
				statuses.add(move.type === "artifact-status" ? move.status : move.type);
			}
		}
		expect([...results].sort()).toEqual(["lost", "won"]);
		expect([...statuses].sort()).toEqual([
			"carried",
			"deposit",
			"end",
			"flying",
			"ground",
			"spawn",
		]);
	});
});
