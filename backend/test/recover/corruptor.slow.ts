// Goal: whatever was damaged, the server comes up, and what is lost is told. Method: 500 seeded
// damages to databases whose content is known, a start on each, and the truth held against what is
// stored and said afterwards. Prints a table: damage → what came back.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Corruptor, type Run, tableOf } from "./corruptor.js";

const FIRST_SEED = Number(process.env["SAVEPOINT_CORRUPTOR_SEED"] ?? 0);
const RUNS = Number(process.env["SAVEPOINT_CORRUPTOR_RUNS"] ?? 500);
const AT_ONCE = 4;

describe("[B2] [B3] the corruptor", { timeout: 3_600_000 }, () => {
	let corruptor: Corruptor;
	const runs: Run[] = [];
	const failures: string[] = [];

	beforeAll(async () => {
		corruptor = await Corruptor.create(60);
	}, 900_000);
	afterAll(() => corruptor?.remove());

	it(`[B2] ${RUNS} damages: no crash loop, no silent loss, only rows that verify`, async () => {
		let next = FIRST_SEED;
		const work = async (): Promise<void> => {
			while (next < FIRST_SEED + RUNS) {
				const seed = next;
				next += 1;
				await corruptor.run(seed).then(
					(run) => runs.push(run),
					(error) => failures.push(`seed ${seed}: ${error}`),
				);
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		console.log(tableOf(runs));
		for (const { seed, verdict, changedEvidence } of runs)
			for (const what of [...verdict.silent, ...verdict.forged, ...changedEvidence])
				failures.push(`seed ${seed}: ${what}`);
		expect(failures).toEqual([]);
		expect(runs).toHaveLength(RUNS);
	});
});
