// Goal: what the page keeps in hand is right without a page: the mirror, the memory, the keys that
// are held, the replay's pictures. Method: the real modules, with games played by the bot of core.
import {
	botInput,
	courseOf,
	moveOf,
	newWorld,
	type PlayEvent,
	type Replay,
	type ReplayMove,
	stepWorld,
} from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { english } from "#src/i18n/english.js";
import { swedish } from "#src/i18n/swedish.js";
import { Controls } from "#src/play/input.js";
import { worldMemory } from "#src/play/memory.js";
import { Timeline } from "#src/replay/timeline.js";

const DURATION_MS = 20_000;
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

function playedBy(seed: number) {
	const course = courseOf(seed, DURATION_MS);
	const world = newWorld(course);
	const events: PlayEvent[] = [];
	while (world.result === null) {
		events.push(...stepWorld(course, world, botInput(course, world)));
	}
	const moves: ReplayMove[] = events.flatMap((event, seq) => {
		const move = moveOf(event);
		return move === null ? [] : [{ ...move, seq, atMs: event.atMs } as ReplayMove];
	});
	const { level } = course;
	const replay: Replay = {
		id: "r",
		seed,
		durationSeconds: DURATION_MS / 1000,
		playerSpeedPercent: 100,
		terrain: [...level.terrain],
		trashCan: level.trashCan,
		startedAt: "",
		endedAt: "",
		result: world.result,
		score: 0,
		remainingArtifacts: 0,
		stateHash: "",
		moves,
	};
	return { world, replay };
}

function fakeStorage(fails = false): Storage {
	const values = new Map<string, string>();
	return {
		length: 0,
		clear: () => values.clear(),
		key: () => null,
		getItem: (key) => values.get(key) ?? null,
		removeItem: (key) => values.delete(key),
		setItem: (key, value) => {
			if (fails) throw new Error("QuotaExceededError");
			values.set(key, value);
		},
	};
}

describe("a replay", () => {
	test("shows at the end what the game had at its end, and at every moment a whole picture", () => {
		fc.assert(
			fc.property(seeds, fc.integer({ min: 0, max: DURATION_MS }), (seed, anyMs) => {
				const { world, replay } = playedBy(seed);
				const timeline = new Timeline(replay);
				const last = timeline.at(DURATION_MS);
				const home = world.artifacts.filter(({ status }) => status === "deposited");
				expect(last.home).toBe(home.length);
				expect(last.stars.length).toBe(world.artifacts.length - home.length);
				// A stone that broke with nothing on it left no trace in the log.
				expect(last.tiles.length).toBeGreaterThanOrEqual(world.tiles.length);

				const { keeper, stars } = timeline.at(anyMs);
				for (const { x, y } of [keeper, ...stars]) {
					expect(x).toBeGreaterThanOrEqual(-64);
					expect(x).toBeLessThanOrEqual(1024);
					expect(y).toBeLessThanOrEqual(559);
				}
			}),
			{ numRuns: 60 },
		);
	});
});

describe("what is held down", () => {
	test("counts as held as long as any source holds it", () => {
		const controls = new Controls();
		controls.press("keys", "left");
		controls.press("finger-1", "left");
		controls.release("keys", "left");
		expect(controls.input.left).toBe(true);
		controls.clear("finger-1");
		expect(controls.input).toEqual({ left: false, right: false, jump: false, act: false });
	});
});

describe("the memory of the world", () => {
	test("gives back the world of its own session only", () => {
		const memory = worldMemory(fakeStorage());
		const world = newWorld(courseOf(7, DURATION_MS));
		memory.write("one", world);
		expect(memory.read("one")).toEqual(world);
		expect(memory.read("two")).toBeNull();
	});

	test("a storage that is full or forbidden ends no game", () => {
		const memory = worldMemory(fakeStorage(true));
		memory.write("one", newWorld(courseOf(7, DURATION_MS)));
		expect(memory.read("one")).toBeNull();
	});
});

describe("the languages", () => {
	test("say the same things with the same words to fill in", () => {
		const wordsOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
		expect(Object.keys(swedish).sort()).toEqual(Object.keys(english).sort());
		for (const [key, text] of Object.entries(english)) {
			expect([key, wordsOf(swedish[key as keyof typeof english])]).toEqual([key, wordsOf(text)]);
		}
	});
});
