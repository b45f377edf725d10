import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createTargets, type LoadResult, loadCreates, loadStatusCalls } from "./load.js";
import { describeMachine, median } from "./machine.js";
import { type Figure, formatTable } from "./report.js";
import { runVariant } from "./run-server.js";
import { type ServerReport, VARIANTS, type Variant } from "./variants.js";

/**
 * `npm run bench`: what durability costs, as ratios of servers that ran in turn, so that a machine
 * whose speed drifts slows all of them alike. Prints a table and writes JSON.
 */
const HELP = `npm run bench -- [options]

  --runs N         alternating runs of each server (5)
  --seconds N      load of each run (5)
  --sessions N     sessions that the load is spread over (256)
  --connections N  (64)
  --directory DIR  where the databases are made: a disk that really syncs (data/bench)
  --out FILE       the JSON (bench/results/latest.json)
  --help
`;

const { values } = parseArgs({
	options: {
		runs: { type: "string", default: "5" },
		seconds: { type: "string", default: "5" },
		sessions: { type: "string", default: "256" },
		connections: { type: "string", default: "64" },
		directory: { type: "string", default: "data/bench" },
		out: { type: "string", default: "bench/results/latest.json" },
		help: { type: "boolean", default: false },
	},
});
if (values.help) {
	process.stdout.write(HELP);
	process.exit(0);
}

interface Run extends LoadResult, ServerReport {
	readonly createsPerSecond: number;
}

const WARM_UP_SECONDS = 1;
const CREATE_SECONDS = 2;
const connections = Number(values.connections);
const directory = resolve(values.directory);

async function measure(variant: Variant): Promise<Run> {
	const server = await runVariant(variant, directory);
	const targets = await createTargets(server.url, Number(values.sessions));
	await loadStatusCalls(server.url, targets, { connections, seconds: WARM_UP_SECONDS });
	server.startMeasuring();
	const load = await loadStatusCalls(server.url, targets, {
		connections,
		seconds: Number(values.seconds),
	});
	server.stopMeasuring();
	const creates = await loadCreates(server.url, { connections, seconds: CREATE_SECONDS });
	const report = await server.finish();
	return { ...load, ...report, createsPerSecond: creates.requestsPerSecond };
}

mkdirSync(directory, { recursive: true });
const machine = describeMachine(directory);
const runs: Record<Variant, Run[]> = {
	durable: [],
	"keeps-nothing": [],
	"commit-per-request": [],
};
for (let run = 1; run <= Number(values.runs); run += 1)
	for (const variant of VARIANTS) {
		const result = await measure(variant);
		runs[variant].push(result);
		process.stderr.write(
			`run ${run} of ${values.runs} · ${variant}: ${Math.round(result.requestsPerSecond)}/s, p99 ${result.p99Ms.toFixed(1)} ms, loop p99 ${result.loopDelayP99Ms.toFixed(1)} ms, ${result.writesPerBatch.toFixed(1)} writes a batch\n`,
		);
	}

const ratioTo = (other: Variant, of: (run: Run) => number): number =>
	median(runs.durable.map((run, at) => of(run) / of(runs[other][at] ?? run)));
const figures: Figure[] = [
	{
		name: "durable single calls/s ÷ the same server with storage that keeps nothing",
		must: 0.5,
		aim: 0.8,
		measured: ratioTo("keeps-nothing", (run) => run.requestsPerSecond),
		better: "more",
	},
	{
		name: "the same ÷ one synced commit per request on the same server",
		must: 5,
		aim: 8,
		measured: ratioTo("commit-per-request", (run) => run.requestsPerSecond),
		better: "more",
	},
	{
		name: "event loop delay p99 under that load, ms",
		must: 10,
		aim: 5,
		measured: median(runs.durable.map((run) => run.loopDelayP99Ms)),
		better: "less",
	},
	{
		name: "new sessions/s ÷ the same server with storage that keeps nothing",
		must: 0.35,
		aim: 0.7,
		measured: ratioTo("keeps-nothing", (run) => run.createsPerSecond),
		better: "more",
	},
];
process.stdout.write(formatTable(machine, figures));
const out = resolve(values.out);
mkdirSync(join(out, ".."), { recursive: true });
const options = { ...values, at: new Date().toISOString() };
writeFileSync(out, `${JSON.stringify({ machine, options, figures, runs }, null, "\t")}\n`);
process.stdout.write(`\nAll runs: ${out}\n`);
