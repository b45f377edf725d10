import {
	createTargets,
	findWrk,
	type HttpLoad,
	type LoadResult,
	loadStatusCalls,
} from "../load/http-load.js";
import { formatNumber } from "../report/figure.js";
import { median, ratios } from "../report/statistics.js";
import { runVariant } from "../servers/variant-server.js";
import { type ServerReport, VARIANTS, type Variant } from "../servers/variants.js";
import { alternate, type BenchContext, type Scenario } from "./scenario.js";

export interface SingleCallsRun extends LoadResult, ServerReport {}

const WARM_UP_SECONDS = 1;

/** One fresh server under single `artifact-status` calls; the first second is not counted. */
export async function measureSingleCalls(
	variant: Variant,
	context: BenchContext,
	under: readonly string[] = [],
): Promise<SingleCallsRun> {
	const server = await runVariant(variant, { directory: context.directory, under });
	const targets = await createTargets(server.url, context.sessions);
	const load: HttpLoad = { connections: context.connections, seconds: context.seconds };
	await loadStatusCalls(server.url, targets, { ...load, seconds: WARM_UP_SECONDS });
	server.startMeasuring();
	const result = await loadStatusCalls(server.url, targets, load);
	server.stopMeasuring();
	const run = { ...result, ...(await server.finish()) };
	context.say(
		[
			`${variant}: ${formatNumber(run.requestsPerSecond)}/s`,
			`p99 ${run.p99Ms.toFixed(1)} ms`,
			`loop p99 ${run.loopDelayP99Ms.toFixed(1)} ms`,
			`${run.writesPerBatch.toFixed(1)} writes a batch`,
			`${run.commitMs.toFixed(2)} ms a commit`,
		].join(", "),
	);
	return run;
}

const perSecond = (run: SingleCallsRun): number => run.requestsPerSecond;

/** What durability costs a move that comes alone, as most of them do. */
export const singleCalls: Scenario = {
	name: "single-calls",
	figures: [
		{
			name: "durable single calls/s ÷ the same server with storage that keeps nothing",
			unit: "",
			must: 0.6,
			aim: 0.85,
			better: "more",
		},
		{
			name: "the same ÷ one synced commit per request",
			unit: "",
			must: 5.5,
			aim: 9,
			better: "more",
		},
		{
			name: "event loop delay p99 under that load",
			unit: " ms",
			must: 10,
			aim: 5,
			better: "less",
		},
	],
	lacks: findWrk,
	async run(context) {
		const runs = await alternate(context.runs, VARIANTS, (variant) =>
			measureSingleCalls(variant, context),
		);
		const { durable } = runs;
		return [
			{
				rounds: ratios(durable, runs["keeps-nothing"], perSecond),
				note: `${formatNumber(median(durable.map(perSecond)))} durable calls/s`,
			},
			{ rounds: ratios(durable, runs["commit-per-request"], perSecond) },
			{ rounds: durable.map((run) => run.loopDelayP99Ms) },
		];
	},
};
