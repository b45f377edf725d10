import fc from "fast-check";
import { expect } from "vitest";
import type { TestDriver } from "../../support/drivers.js";
import type { StoreOptions } from "../../support/open-store.js";
import { commands, type Real } from "./commands.js";
import { Invariants } from "./invariants.js";
import { World } from "./world.js";

type Details = fc.RunDetails<[list: Iterable<fc.AsyncCommand<object, Real>>]>;

export interface ModelRun {
	readonly runs: number;
	readonly seed: number;
	readonly limitMs: number;
	/** For the controls: a store that was broken on purpose. */
	readonly options?: StoreOptions;
}

/** Runs of random commands; what fails is shrunk. */
export async function runModel(kit: TestDriver, run: ModelRun): Promise<Details> {
	const property = fc.asyncProperty(commands(kit.name === "sqlite"), async (list) => {
		const world = await World.make(kit, run.options);
		const invariants = new Invariants();
		try {
			await fc.asyncModelRun(() => ({ model: {}, real: { world, invariants } }), list);
			await finish(world, invariants);
		} finally {
			world.open.faults.stopFailing();
			await world.open.close();
		}
	});
	return fc.check(property, {
		numRuns: run.runs,
		seed: run.seed,
		// A failure that is found early is shrunk for so long, and shown as far as that came.
		interruptAfterTimeLimit: run.limitMs,
	});
}

/** All is sent until it was told, and one more start has exactly that. */
async function finish(world: World, invariants: Invariants): Promise<void> {
	await world.settle();
	world.open.faults.stopFailing();
	await world.settle();
	for (const client of world.clients) world.play(client, null);
	await invariants.check(world);
	for (const client of world.clients) expect(client.unsent).toEqual([]);
	await world.restart(0);
	await invariants.check(world);
}

/** The seed, the commands that a failure shrunk to, and what was wrong. */
export const describeRun = (details: Details): string => {
	const { seed, numRuns, numShrinks, counterexamplePath, counterexample, errorInstance } = details;
	if (!details.failed) return `${numRuns} runs without a failure, seed ${seed}`;
	const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
	return (
		`seed ${seed}, path ${counterexamplePath}, shrunk ${numShrinks} times to ` +
		`[${String(counterexample)}]: ${reason}`
	);
};
