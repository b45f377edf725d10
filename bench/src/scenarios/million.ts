import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { formatNumber } from "../report/figure.js";
import { median, ratios } from "../report/statistics.js";
import { savepointCommand, startListening } from "../servers/listening-server.js";
import { findProc, residentBytes } from "../servers/process-facts.js";
import { alternate, type BenchContext, type Scenario } from "./scenario.js";

interface Start {
	readonly startMs: number;
	readonly statsP50Ms: number;
	readonly residentBytes: number;
	readonly counts: { readonly startedCount: number; readonly activeCount: number };
}

const STATS_CALLS = 1_000;
const SETTLE_MS = 500;
/** Of all sessions, that are still being played. */
const ACTIVE_SHARE = 0.01;
const CLI = fileURLToPath(import.meta.resolve("@savepoint/backend/cli"));
const execute = promisify(execFile);

async function seed(database: string, { scale, say }: BenchContext): Promise<void> {
	const active = Math.round(scale * ACTIVE_SHARE);
	say(`seeding ${formatNumber(scale)} sessions, ${formatNumber(active)} of them active`);
	const counts = ["--sessions", `${scale}`, "--active", `${active}`];
	await execute(process.execPath, [CLI, "seed", ...counts, "--db", database]);
}

async function readStats(url: string): Promise<Pick<Start, "statsP50Ms" | "counts">> {
	const tookMs: number[] = [];
	let counts: Start["counts"] = { startedCount: 0, activeCount: 0 };
	for (let call = 0; call < STATS_CALLS; call += 1) {
		const startedAtMs = performance.now();
		const response = await fetch(`${url}/api/sessions/stats`);
		const text = await response.text();
		tookMs.push(performance.now() - startedAtMs);
		if (!response.ok) throw new Error(`the statistics were answered ${response.status}`);
		counts = JSON.parse(text);
	}
	return { statsP50Ms: median(tookMs), counts };
}

/** Starts the real server on that database itself: nothing is copied. */
async function start(database: string): Promise<Start> {
	const startedAtMs = performance.now();
	const server = await startListening(savepointCommand(database));
	try {
		const answer = await fetch(`${server.url}/health`);
		const startMs = performance.now() - startedAtMs;
		if (answer.status !== 200) throw new Error(`the first answer was ${answer.status}`);
		await new Promise((settled) => setTimeout(settled, SETTLE_MS));
		const resident = residentBytes(server.pid);
		return { startMs, residentBytes: resident, ...(await readStats(server.url)) };
	} finally {
		await server.stop();
	}
}

async function compare(context: BenchContext, home: string, full: string) {
	const empty = join(home, "empty.sqlite");
	// The first start of each makes what is missing or undoes an unclean end: not what is compared.
	await start(empty);
	const { counts } = await start(full);
	const [all, active] = [counts.startedCount, counts.activeCount].map((count) =>
		count.toLocaleString("en-US"),
	);
	const stored = `${all} stored, ${active} active`;
	const runs = await alternate(context.runs, ["none", "stored"], async (which) => {
		const run = await start(which === "none" ? empty : full);
		const { startMs, residentBytes: bytes } = run;
		context.say(
			`${which}: start ${formatNumber(startMs)} ms, statistics p50 ${run.statsP50Ms.toFixed(2)} ms, ${formatNumber(bytes / 2 ** 20)} MiB`,
		);
		return run;
	});
	const figure = (of: (run: Start) => number, show: (value: number) => string) => ({
		rounds: ratios(runs.stored, runs.none, of),
		note: `${show(median(runs.stored.map(of)))} against ${show(median(runs.none.map(of)))}; ${stored}`,
	});
	return [
		figure(
			(run) => run.startMs,
			(ms) => `${formatNumber(ms)} ms`,
		),
		figure(
			(run) => run.statsP50Ms,
			(ms) => `${ms.toFixed(2)} ms`,
		),
		figure(
			(run) => run.residentBytes,
			(bytes) => `${formatNumber(bytes / 2 ** 20)} MiB`,
		),
	];
}

/** What a million stored sessions cost those who play now. */
export const million: Scenario = {
	name: "million",
	figures: [
		{
			name: "start with 1,000,000 stored sessions, 10,000 active ÷ start with none",
			unit: "",
			must: 1.3,
			aim: 1.1,
			better: "less",
		},
		{
			name: "`GET /api/sessions/stats` p50 at 1,000,000 ÷ at none",
			unit: "",
			must: 1.2,
			aim: 1.05,
			better: "less",
		},
		{
			name: "resident memory after start at 1,000,000 ÷ at none",
			unit: "",
			must: 1.3,
			aim: 1.1,
			better: "less",
		},
	],
	lacks: findProc,
	async run(context) {
		const home = mkdtempSync(join(context.directory, "savepoint-bench-"));
		try {
			const full = context.million ?? join(home, "full.sqlite");
			if (context.million === null) await seed(full, context);
			return await compare(context, home, resolve(full));
		} finally {
			rmSync(home, { recursive: true, force: true });
		}
	},
};
