// Goal: whatever was damaged, the server comes up, and what is lost is told. Method: seeded damage
// to databases whose content is known, a start on each, and the truth held against what is stored
// and said afterwards. Hundreds of them run in corruptor.slow.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Corruptor } from "./corruptor.js";
import { judge } from "./judge.js";

const RUNS = 12;
/** Spread over the kinds, with a backup and without. */
const seedOf = (run: number): number => 100 + 5 * run;

/** The seventh kind, without a backup. */
const CUT_OFF = 6;

describe("[B2] [B3] the corruptor", { timeout: 1_800_000 }, () => {
	let corruptor: Corruptor;

	beforeAll(async () => {
		corruptor = await Corruptor.create(24);
	}, 240_000);
	afterAll(() => corruptor?.remove());

	it(`[B2] ${RUNS} damages: no crash loop, no silent loss, only rows that verify`, async () => {
		for (let number = 0; number < RUNS; number += 1) {
			const seed = seedOf(number);
			const run = await corruptor.run(seed);
			const { damage, withBackup, verdict, changedEvidence } = run;
			expect({ seed, what: damage.what, withBackup, ...verdict, changedEvidence }).toMatchObject({
				silent: [],
				forged: [],
				changedEvidence: [],
			});
		}
	});

	it("[B2] negative control: a report that leaves a loss out is caught", async () => {
		// A file cut off loses sessions, whatever the seed.
		const { damage, exercise, verdict, truth } = await corruptor.run(CUT_OFF);
		expect(damage.what).toBe("file cut off");
		expect(verdict.silent).toEqual([]);
		expect(verdict.sessions.gone).toBeGreaterThan(0);
		const { findings } = exercise.told;
		if (findings === null) throw new Error("nothing was recovered");
		const silenced = {
			...findings,
			sessions: { ...findings.sessions, lostKeys: [], harmed: [] },
			uncertain: [],
		};
		const judged = judge(truth, exercise.found, { ...exercise.told, findings: silenced });
		expect(judged.silent.length).toBeGreaterThan(0);
	});
});
