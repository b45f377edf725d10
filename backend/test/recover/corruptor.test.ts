// Goal: whatever was damaged, the server comes up, and what is lost is told. Method: seeded damage to
// databases whose content is known, a start on each, and the truth held against what is stored and
// said afterwards. Hundreds of them run in corruptor.slow.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Corruptor, type Run, tableOf } from "./corruptor.js";

const FIRST_SEED = Number(process.env["SAVEPOINT_CORRUPTOR_SEED"] ?? 0);
const RUNS = Number(process.env["SAVEPOINT_CORRUPTOR_RUNS"] ?? 20);

describe("[B2] [B3] the corruptor", { timeout: 1_800_000 }, () => {
	let corruptor: Corruptor;
	const runs: Run[] = [];

	beforeAll(async () => {
		corruptor = await Corruptor.create(60);
	}, 240_000);
	afterAll(() => {
		corruptor.remove();
		console.log(tableOf(runs));
	});

	it(`[B2] ${RUNS} damages: no crash loop, no silent loss, only rows that verify`, async () => {
		for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
			const run = await corruptor.run(seed);
			runs.push(run);
			const { damage, withBackup, verdict, changedEvidence } = run;
			expect({ seed, what: damage.what, withBackup, ...verdict, changedEvidence }).toMatchObject({
				silent: [],
				forged: [],
				changedEvidence: [],
			});
		}
	});
});
