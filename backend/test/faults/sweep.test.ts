// Goal: as sweep.slow.ts, for a few calls of each life, drawn by a seed that is printed; and the
// sweep itself finds what is wrong with servers that were broken on purpose.
import { beforeAll, describe, expect, it } from "vitest";
import { straceMissing } from "./strace.js";
import { type Life, makeLives, ORDINARY } from "./sweep/lives.js";
import { cutOff, emptySwept, SMALL_WRITE, sketchTargets, summary, WRITE } from "./sweep/sweep.js";

const SEED = Number(process.env["SWEEP_SEED"] ?? Date.now() % 1_000_000);
const SAMPLES = 1;

/** The same numbers for the same seed: a linear congruential generator is enough to draw lots. */
function* lots(seed: number): Generator<number, never> {
	for (let state = seed; ; ) {
		state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
		yield state / 2 ** 32;
	}
}

describe.skipIf(straceMissing !== null)("kill -9 at a system call", { timeout: 120_000 }, () => {
	let lives: Life[] = [];
	beforeAll(async () => {
		lives = await makeLives();
	}, 60_000);

	it("[A1] [F1] [M1] costs nothing, wherever it comes", async () => {
		const swept = emptySwept();
		const lot = lots(SEED);
		for (const life of lives) {
			const targets = await sketchTargets(life);
			for (let sample = 0; sample < SAMPLES; sample += 1) {
				const target = targets[Math.floor(lot.next().value * targets.length)];
				if (target === undefined) throw new Error(`${life.name} changes nothing`);
				const number = 1 + Math.floor(lot.next().value * target.count);
				await cutOff(life, target, number, swept);
			}
		}
		console.log(`${summary(swept)} (SWEEP_SEED=${SEED})`);
		expect(swept.failures).toEqual([]);
		expect(swept.repairs).toEqual([]);
		expect(swept.kills).toBe(SAMPLES * lives.length);
	});

	it("[A1] the sweep fails, as it must, with the answer before the commit", async () => {
		const swept = emptySwept();
		const options = { ...ORDINARY, moves: 30, testFault: "answer-before-commit" } as const;
		const life: Life = { name: "answers early", from: lives[1]?.from ?? null, options };
		for (const number of [1, 2, 3]) await cutOff(life, WRITE, number, swept);
		console.log(`answer before commit: ${summary(swept)}; ${swept.failures[0]}`);
		expect(swept.failures.length).toBeGreaterThan(0);
	});

	it("[F1] the sweep fails, as it must, where a file is written in place", async () => {
		const swept = emptySwept();
		const life: Life = { name: "in place", from: null, options: ORDINARY, tearsFiles: true };
		for (const number of [2, 3]) await cutOff(life, SMALL_WRITE, number, swept);
		console.log(`written in place: ${summary(swept)}; ${swept.failures[0]}`);
		expect(swept.failures.length).toBeGreaterThan(0);
	});
});
