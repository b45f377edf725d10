// Goal: a bad level does not pass. Method: a checker of its own, that first passes every generated
// level and is then given each of them spoiled in one of many ways.
import { generateLevel } from "@savepoint/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawFrom } from "#src/random.js";
import { levelFaults } from "./support/level-faults.js";
import { SPOILS } from "./support/spoiled-levels.js";

const DURATION_MS = 60_000;
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

test("[C5] no generated level has a fault", () => {
	fc.assert(
		fc.property(seeds, fc.integer({ min: 10_000, max: 600_000 }), (seed, durationMs) => {
			expect(levelFaults(generateLevel(seed, durationMs), durationMs)).toEqual([]);
		}),
		{ numRuns: 300 },
	);
});

test.each(SPOILS)("[C5] is refused: $name", ({ fault, spoil }) => {
	fc.assert(
		fc.property(seeds, fc.nat(), (seed, how) => {
			const spoiled = spoil(generateLevel(seed, DURATION_MS), drawFrom(how, 1));
			expect(levelFaults(spoiled, DURATION_MS)).toContain(fault);
		}),
		{ numRuns: 60 },
	);
});
