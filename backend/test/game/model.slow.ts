// Goal and method: as model.test.ts, for many more runs.
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../support/drivers.js";
import { describeRun, runModel } from "./model/property.js";

const SEED = Number(process.env["MODEL_SEED"] ?? Date.now() % 1_000_000_000);
const RUNS = Number(process.env["MODEL_RUNS"] ?? 500);

describe.each(DRIVERS)("a model of the game on $name", (kit) => {
	it(`[K1] [K2] [K3] [K6] [K10] [S3] holds under ${RUNS} runs of random commands`, async () => {
		const details = await runModel(kit, { runs: RUNS, seed: SEED, limitMs: 1_200_000 });
		console.log(`model: ${describeRun(details)} (MODEL_SEED=${SEED})`);
		expect(details.failed, describeRun(details)).toBe(false);
	});
});
