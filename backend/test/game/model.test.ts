// Goal: whatever is played, resent, refused by the disk, restarted, killed or done to the clock,
// each move counts once and nothing that was acknowledged is lost. Method: random commands on the
// real store over a real database, two clients to a session; after them a ten-line model of the
// rules and a ledger of what the clients were told are held against log, view and statistics.
import { describe, expect, it } from "vitest";
import { DRIVERS, SQLITE } from "../support/drivers.js";
import { forgetful } from "./model/forgetful.js";
import { describeRun, runModel } from "./model/property.js";

const SEED = Number(process.env["MODEL_SEED"] ?? Date.now() % 1_000_000_000);

describe.each(DRIVERS)("a model of the game on $name", { timeout: 120_000 }, (kit) => {
	it("[K1] [K2] [K3] [K6] [K10] [S3] holds under random commands", async () => {
		const details = await runModel(kit, { runs: 8, seed: SEED, limitMs: 12_000 });
		console.log(`model: ${describeRun(details)} (MODEL_SEED=${SEED})`);
		expect(details.failed, describeRun(details)).toBe(false);
	});
});

it("[K3] the model finds a store that does not look for a move's id", async () => {
	const options = { wrapRepository: forgetful };
	const details = await runModel(SQLITE, { runs: 60, seed: SEED, limitMs: 10_000, options });
	console.log(`without the look for known ids: ${describeRun(details)}`);
	expect(details.failed).toBe(true);
}, 120_000);
