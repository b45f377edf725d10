// Goal: the game that is drawn is the game of the numbers. Method: play single moments step by step
// and measure; then whole games by a bot over many seeds, held against the rules that are stored.
import {
	applyMove,
	BIN,
	botInput,
	type Course,
	courseOf,
	GROUND_Y,
	leftCount,
	lyingCount,
	moveOf,
	NO_INPUT,
	newSession,
	newWorld,
	normaliseMove,
	PLAYER_SIZE,
	type PlayEvent,
	type PlayInput,
	type PlayWorld,
	readWorld,
	recomputeHashLanes,
	remainingArtifacts,
	restoreWorld,
	type Session,
	STEP_MS,
	stateHash,
	stepWorld,
	wayTo,
} from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const SPRINT_MS = 60_000;

/** Steps for so long and gives back what happened. */
function play(course: Course, world: PlayWorld, input: Partial<PlayInput>, forMs: number) {
	const events: PlayEvent[] = [];
	for (let ms = 0; ms < forMs; ms += STEP_MS) {
		events.push(...stepWorld(course, world, { ...NO_INPUT, ...input }));
	}
	return events;
}

/** To the end by a bot, that looks up every so many milliseconds of play time. */
function playWhole(course: Course, world = newWorld(course), lookEveryMs = STEP_MS) {
	const events: PlayEvent[] = [];
	let input = NO_INPUT;
	while (world.result === null) {
		if (world.timeMs % lookEveryMs === 0) input = botInput(course, world);
		events.push(...stepWorld(course, world, input));
	}
	return { world, events };
}

/** The session as the server would hold it after these events. */
function stored(course: Course, events: readonly PlayEvent[]) {
	const session = newSession(course.seed, course.durationMs);
	const refused: string[] = [];
	for (const [nth, event] of events.entries()) {
		const move = moveOf(event);
		if (move === null) continue;
		const { body } = normaliseMove({ ...move, id: `m-${nth}`, atMs: event.atMs });
		if (!applyMove(session, body).applied) refused.push(event.type);
	}
	return { session, refused };
}

describe("the player", () => {
	const course = courseOf(7, SPRINT_MS);

	test("runs 324 px in a second, and no further than the bin", () => {
		const world = newWorld(course);
		play(course, world, { right: true }, 1000);
		expect(world.player.xFixed).toBe((80 + 324) * 1000);
		play(course, world, { right: true }, 4000);
		expect(world.player.xFixed).toBe((BIN.x - PLAYER_SIZE) * 1000);
	});

	test("jumps 150 px high and is back on the ground after 1.16 s", () => {
		const world = newWorld(course);
		let top = Number.POSITIVE_INFINITY;
		let events: PlayEvent[] = [];
		while (!events.some(({ type }) => type === "touched-down")) {
			events = stepWorld(course, world, { ...NO_INPUT, jump: true });
			top = Math.min(top, world.player.yFixed);
		}
		expect(GROUND_Y - PLAYER_SIZE - top / 1000).toBeCloseTo(150.2, 0);
		expect(world.timeMs).toBeGreaterThanOrEqual(1150);
		expect(world.timeMs).toBeLessThanOrEqual(1170);
	});

	test("jumps once for one press, however long it is held", () => {
		const world = newWorld(course);
		const events = play(course, world, { jump: true }, 4000);
		expect(events.filter(({ type }) => type === "jumped")).toHaveLength(1);
	});

	test("breaks the stone above it, and what lay there falls to the ground", () => {
		const world = newWorld(course);
		const stone = course.level.terrain.find(({ type }) => type === "stone");
		if (stone === undefined) throw new Error("This seed has no stone.");
		const middle = stone.bounds.x + stone.bounds.width / 2;
		world.player.xFixed = Math.round((middle - PLAYER_SIZE / 2) * 1000);
		world.artifacts.push({
			id: "high",
			xFixed: middle * 1000,
			yFixed: stone.bounds.y * 1000,
			vyFixed: 0,
			status: "ground",
		});
		const types = play(course, world, { jump: true }, 2000).map(({ type }) => type);
		expect(types).toEqual(["jumped", "stone-broken", "loosened", "touched-down", "landed"]);
		expect(world.tiles).not.toContain(stone);
		expect(world.artifacts[0]).toMatchObject({ yFixed: GROUND_Y * 1000, status: "ground" });
	});

	test("carries one at a time, lays it on the surface below, and the bin takes it", () => {
		const world = newWorld(course);
		for (const id of ["one", "two"]) {
			const at = { xFixed: 120_000, yFixed: GROUND_Y * 1000, vyFixed: 0 };
			world.artifacts.push({ id, ...at, status: "ground" });
		}
		const tap = () => [
			...play(course, world, { act: true }, STEP_MS),
			...play(course, world, {}, STEP_MS),
		];
		expect(tap().map(({ type }) => type)).toEqual(["picked-up"]);
		expect(tap()).toMatchObject([{ type: "put-down", x: 112, y: GROUND_Y }]);
		expect(tap()).toMatchObject([{ type: "picked-up" }]);
		const events = play(course, world, { right: true }, 3000);
		expect(events.filter(({ type }) => type === "deposited")).toHaveLength(1);
		expect([lyingCount(world), leftCount(world)]).toEqual([1, 1]);
	});

	test("stuns a dropper for 10 s by touching it while carrying, and its drops are skipped", () => {
		const world = newWorld(course);
		play(course, world, {}, 8000);
		const star = world.artifacts[0];
		if (star === undefined) throw new Error("Nothing was dropped.");
		star.status = "carried";
		let stunnedAtMs = 0;
		const dropped: number[] = [];
		while (world.timeMs < 23_000) {
			const dropper = world.droppers[0];
			world.player.xFixed = dropper.fromXFixed;
			if (stunnedAtMs === 0) world.player.yFixed = 190_000;
			for (const event of stepWorld(course, world, NO_INPUT)) {
				if (event.type === "stunned") stunnedAtMs = event.atMs;
				if (event.type === "dropped") dropped.push(event.atMs);
			}
		}
		expect(stunnedAtMs).toBeGreaterThan(0);
		expect(dropped.filter((atMs) => atMs < stunnedAtMs + 10_000)).toEqual([]);
	});
});

describe("whole games", () => {
	// The slow lane plays 1,000 and says how many: `level-census.slow.ts`.
	test("a bot that obeys the same physics wins at least one in ten", () => {
		let won = 0;
		for (let nth = 0; nth < 60; nth += 1) {
			const course = courseOf(nth * 2_654_435 + 1, SPRINT_MS);
			if (playWhole(course, newWorld(course), 48).world.result === "won") won += 1;
		}
		expect(won).toBeGreaterThanOrEqual(6);
	});

	test("what is stored is what was played: no move is refused, score and result agree", () => {
		fc.assert(
			fc.property(seeds, fc.constantFrom(12_000, 20_000, SPRINT_MS), (seed, durationMs) => {
				const course = courseOf(seed, durationMs);
				const { world, events } = playWhole(course);
				const { session, refused } = stored(course, events);
				expect(refused).toEqual([]);
				expect(session.result).toBe(world.result);
				expect(session.groundCount).toBe(lyingCount(world));
				expect(remainingArtifacts(session)).toBe(leftCount(world));
				expect(recomputeHashLanes(session)).toEqual(session.hashLanes);
			}),
			{ numRuns: 25 },
		);
	});

	test("the same inputs give the same game, also through JSON in the middle of it", () => {
		fc.assert(
			fc.property(seeds, fc.integer({ min: 1, max: 1400 }), (seed, stopAfter) => {
				const course = courseOf(seed, 12_000);
				const straight = playWhole(course);

				const world = newWorld(course);
				const before: PlayEvent[] = [];
				for (let step = 0; step < stopAfter; step += 1) {
					before.push(...stepWorld(course, world, botInput(course, world)));
				}
				const woken = readWorld(JSON.stringify(world));
				if (woken === null) throw new Error("The world did not read back.");
				const after = playWhole(courseOf(seed, 12_000), woken);

				expect(after.world).toEqual(straight.world);
				const hashes = [straight.events, [...before, ...after.events]].map((events) =>
					stateHash(stored(course, events).session),
				);
				expect(hashes[0]).toBe(hashes[1]);
			}),
			{ numRuns: 25 },
		);
	});

	test("the troublemaker comes, leaves 1 to 5 stones, and everything stays reachable", () => {
		fc.assert(
			fc.property(seeds, (seed) => {
				const { level, trouble } = courseOf(seed, SPRINT_MS);
				expect([1, 2]).toContain(trouble.length);
				expect(trouble[0]?.atMs).toBeGreaterThanOrEqual(10_000);
				expect(trouble[0]?.atMs).toBeLessThanOrEqual(20_000);
				const terrain = [...level.terrain];
				for (const { tiles } of trouble) {
					expect(tiles.length).toBeLessThanOrEqual(5);
					terrain.push(...tiles);
				}
				expect(trouble[0]?.tiles.length).toBeGreaterThanOrEqual(1);
				expect(level.drops.filter(({ x }) => wayTo(terrain, x) === null)).toEqual([]);
			}),
			{ numRuns: 300 },
		);
	});
});

describe("a game that is taken up again", () => {
	const course = courseOf(7, SPRINT_MS);
	const session = (artifacts: Session["artifacts"], remainingSeconds: number): Session => ({
		sessionId: "s",
		seed: course.seed,
		durationSeconds: 60,
		score: 0,
		playerSpeedPercent: 100,
		artifacts,
		terrain: [...course.level.terrain],
		trashCan: course.level.trashCan,
		status: "active",
		result: null,
		seq: 0,
		stateHash: "",
		startedAt: "2026-01-01T00:00:00.000Z",
		endedAt: null,
		remainingSeconds,
		replayId: null,
	});

	test("without a memory it has the stored artifacts and time, and no drop comes twice", () => {
		const stored = [{ id: "star-1", position: { x: 300, y: 559 }, status: "ground" as const }];
		const world = restoreWorld(course, session(stored, 40), null);
		expect(world.timeMs).toBe(20_000);
		const ids = play(course, world, {}, STEP_MS).flatMap((event) =>
			event.type === "dropped" ? [event.artifactId] : [],
		);
		expect(ids).toEqual(["star-2", "star-3"]);
		expect(lyingCount(world)).toBe(1);
	});

	test("what is stored wins over what the browser remembers", () => {
		const remembered = newWorld(course);
		play(course, remembered, {}, 8000);
		const stored = [{ id: "star-1", position: { x: 300, y: 559 }, status: "deposited" as const }];
		const world = restoreWorld(course, session(stored, 52), remembered);
		expect(world.artifacts).toMatchObject([{ id: "star-1", status: "deposited" }]);
		expect(world.player).toEqual(remembered.player);
	});

	test("a memory that is no world reads as none", () => {
		for (const text of [null, "", "{", "null", "7", '{"timeMs":1}']) {
			expect(readWorld(text)).toBeNull();
		}
	});
});
