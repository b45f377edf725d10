import { findWrk } from "../load/http-load.js";
import { ratios } from "../report/statistics.js";
import { delayingSyncs, findStrace } from "../servers/strace.js";
import { alternate, type Scenario } from "./scenario.js";
import { measureSingleCalls, type SingleCallsRun } from "./single-calls.js";

const DELAY_MS = 2;

/** A run in which the delay did not arrive would flatter nobody but us. */
function checkDelayed(run: SingleCallsRun): SingleCallsRun {
	if (run.commitMs < DELAY_MS)
		throw new Error(`syncs were not delayed: a commit took ${run.commitMs.toFixed(2)} ms`);
	return run;
}

/** The disk of a rented server: what sharing a sync is worth when a sync is dear. */
export const delayedSyncs: Scenario = {
	name: "delayed-syncs",
	figures: [
		{
			name: `durable single calls/s ÷ one synced commit per request, each sync delayed by ${DELAY_MS} ms`,
			unit: "",
			must: 12,
			aim: 28,
			better: "more",
		},
	],
	lacks: () => findWrk() ?? findStrace(),
	async run(context) {
		const under = delayingSyncs(DELAY_MS);
		const variants = ["durable", "commit-per-request"] as const;
		const runs = await alternate(context.runs, variants, async (variant) => {
			const run = await measureSingleCalls(variant, context, under);
			// The other one commits on its own connection, which no queue times.
			return variant === "durable" ? checkDelayed(run) : run;
		});
		return [
			{
				rounds: ratios(runs.durable, runs["commit-per-request"], (run) => run.requestsPerSecond),
			},
		];
	},
};
