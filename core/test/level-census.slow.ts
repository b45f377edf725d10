// Goal: say how often a level would be bad and how often it can be won. Method: 10,000 seeds, first
// drawn without care, then by the generator; and 1,000 whole games by the bot.
import {
	BIN,
	botInput,
	courseOf,
	generateLevel,
	type Level,
	NO_INPUT,
	newWorld,
	STONE_HEIGHT,
	STONE_TOPS,
	STONE_WIDTH,
	stepWorld,
	wayTo,
} from "@savepoint/core";
import { expect, test } from "vitest";
import { type Draw, drawFrom } from "#src/random.js";
import { levelFaults } from "./support/level-faults.js";

const DURATION_MS = 60_000;
const LEVELS = 10_000;
const GAMES = 1000;
/** A stream that no level uses. */
const CARELESS = 9;
/** How long a player needs to see and answer. */
const LOOK_MS = 48;

test("levels that the checker rejects, of 10,000 seeds", () => {
	const rejected = { careless: 0, placesOnly: 0, generated: 0 };
	const spots = { tried: 0, outOfReach: 0 };
	for (let seed = 0; seed < LEVELS; seed += 1) {
		const level = generateLevel(seed, DURATION_MS);
		const draw = drawFrom(seed, CARELESS);
		const bad = careless(level, draw);
		const isFaulty = (one: Level) => levelFaults(one, DURATION_MS).length > 0;
		if (isFaulty(bad)) rejected.careless += 1;
		if (isFaulty({ ...level, drops: bad.drops })) rejected.placesOnly += 1;
		if (isFaulty(level)) rejected.generated += 1;
		for (const { x } of bad.drops) {
			spots.tried += 1;
			if (wayTo(bad.terrain, x) === null) spots.outOfReach += 1;
		}
	}
	console.log(`stones and drops anywhere: ${rejected.careless} of ${LEVELS} rejected`);
	console.log(`  (of their ${spots.tried} drops ${spots.outOfReach} out of reach)`);
	console.log(`our stones, drops anywhere: ${rejected.placesOnly} of ${LEVELS} rejected`);
	console.log(`as generated: ${rejected.generated} of ${LEVELS} rejected`);
	expect(rejected.generated).toBe(0);
	expect(rejected.placesOnly).toBeGreaterThan(0);
});

test("games that a bot with a player's eyes and legs wins, of 1,000 seeds", () => {
	let won = 0;
	for (let nth = 0; nth < GAMES; nth += 1) if (isWon(nth * 2_654_435 + 1)) won += 1;
	console.log(`the bot won ${won} of ${GAMES}`);
	expect(won).toBeGreaterThanOrEqual(GAMES / 10);
});

/** The same times, but places and stones without a thought. */
function careless(level: Level, draw: Draw): Level {
	const terrain = level.terrain.map((tile) => {
		if (tile.type === "ground") return tile;
		const width = draw(STONE_WIDTH.min, STONE_WIDTH.max);
		const x = draw(0, BIN.x - width);
		const y = STONE_TOPS[draw(0, 1)] ?? STONE_TOPS[0];
		return { ...tile, bounds: { x, y, width, height: STONE_HEIGHT } };
	});
	return { ...level, terrain, drops: level.drops.map((drop) => ({ ...drop, x: draw(48, 816) })) };
}

function isWon(seed: number): boolean {
	const course = courseOf(seed, DURATION_MS);
	const world = newWorld(course);
	let input = NO_INPUT;
	while (world.result === null) {
		if (world.timeMs % LOOK_MS === 0) input = botInput(course, world);
		stepWorld(course, world, input);
	}
	return world.result === "won";
}
