import { createDatabase, dropDatabase } from "@savepoint/backend/storage/postgres-databases";
import {
	createTargets,
	findWrk,
	type HttpLoad,
	loadStatusCalls,
	type Target,
} from "../load/http-load.js";
import { formatNumber } from "../report/figure.js";
import { median, ratios } from "../report/statistics.js";
import { hasPgbench, runPgbench } from "../servers/pgbench.js";
import { startPostgres } from "../servers/postgres-server.js";
import { type RunningVariant, runVariant } from "../servers/variant-server.js";
import { alternate, type BenchContext, type Scenario } from "./scenario.js";

const WARM_UP_SECONDS = 1;
/** `two-in-turn`: each session's calls go to both servers in turn; else a session has its server. */
const SETUPS = ["one", "two", "two-in-turn", "commit-per-request", "sqlite"] as const;
type Setup = (typeof SETUPS)[number];

interface Run {
	readonly perSecond: number;
	readonly p99Ms: number;
}

/** A fresh database, fresh servers on it, and the load of all connections shared between them. */
async function measure(setup: Setup, url: string, context: BenchContext): Promise<Run> {
	const { directory, sessions, connections, seconds, say } = context;
	const name = `bench_${setup.replaceAll("-", "_")}`;
	const database = setup === "sqlite" ? null : await createDatabase(url, name);
	const count = setup.startsWith("two") ? 2 : 1;
	const servers: RunningVariant[] = [];
	while (servers.length < count) {
		const variant = setup === "commit-per-request" ? setup : "durable";
		servers.push(await runVariant(variant, { directory, databaseUrl: database?.url ?? "" }));
	}
	const made = await Promise.all(
		servers.map((server) => createTargets(server.url, Math.ceil(sessions / count))),
	);
	// 1. Each server its share of the connections, and its sessions or all of them.
	const load = (share: HttpLoad): Promise<Run> => {
		const all = made.flat();
		const targetsOf = (at: number): readonly Target[] =>
			setup === "two-in-turn" ? all : (made[at] ?? all);
		const runs = servers.map((server, at) => loadStatusCalls(server.url, targetsOf(at), share));
		return Promise.all(runs).then((results) => ({
			perSecond: results.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0),
			p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
		}));
	};
	const share = Math.ceil(connections / count);
	await load({ connections: share, seconds: WARM_UP_SECONDS });
	const run = await load({ connections: share, seconds });
	// 2. Nothing of it is left for the next.
	for (const server of servers) await server.finish();
	if (database !== null) await dropDatabase(database.url);
	say(`${setup}: ${formatNumber(run.perSecond)}/s, p99 ${run.p99Ms.toFixed(1)} ms`);
	return run;
}

async function measurePgbench(url: string, context: BenchContext): Promise<number | null> {
	if (!hasPgbench()) return null;
	const database = await createDatabase(url, "bench_pgbench");
	const perSecond = await runPgbench(database.url, context);
	await dropDatabase(database.url);
	context.say(`pgbench: ${formatNumber(perSecond)} commits/s`);
	return perSecond;
}

const perSecond = (run: Run): number => run.perSecond;
const show = (runs: readonly Run[]): string => formatNumber(median(runs.map(perSecond)));

/** What sharing a commit is worth on a database server, and what a second server adds. */
export const postgres: Scenario = {
	name: "postgres",
	figures: [
		{
			name: "PostgreSQL, one server: durable single calls/s ÷ one commit per request",
			unit: "",
			must: 2,
			aim: 4,
			better: "more",
		},
		{
			name: "PostgreSQL, two servers: the same ÷ one commit per request on one",
			unit: "",
			must: 2,
			aim: 4,
			better: "more",
		},
		{
			name: "PostgreSQL, two servers, each session's calls at both in turn ÷ one server",
			unit: "",
			must: 0.3,
			aim: 0.6,
			better: "more",
		},
		{
			name: "PostgreSQL, one server: durable single calls/s ÷ SQLite",
			unit: "",
			must: 0.3,
			aim: 0.6,
			better: "more",
		},
		{
			name: "PostgreSQL, one server: p99 of a durable single call",
			unit: " ms",
			must: 50,
			aim: 20,
			better: "less",
		},
	],
	lacks: findWrk,
	async run(context) {
		const server = await startPostgres(context.directory);
		const commits: number[] = [];
		try {
			const runs = await alternate(context.runs, [...SETUPS, "pgbench"], async (setup) => {
				if (setup !== "pgbench") return measure(setup as Setup, server.url, context);
				const measured = await measurePgbench(server.url, context);
				if (measured !== null) commits.push(measured);
				return { perSecond: measured ?? 0, p99Ms: 0 };
			});
			const usual = runs["commit-per-request"];
			const beside =
				commits.length === 0
					? "pgbench is not installed (Debian: apt-get install postgresql-contrib)"
					: `pgbench ${formatNumber(median(commits))} commits/s`;
			return [
				{
					rounds: ratios(runs.one, usual, perSecond),
					note: `${show(runs.one)} ÷ ${show(usual)} calls/s; ${beside}`,
				},
				{ rounds: ratios(runs.two, usual, perSecond), note: `${show(runs.two)} calls/s` },
				{
					rounds: ratios(runs["two-in-turn"], runs.one, perSecond),
					note: `${show(runs["two-in-turn"])} calls/s`,
				},
				{
					rounds: ratios(runs.one, runs.sqlite, perSecond),
					note: `SQLite ${show(runs.sqlite)} calls/s`,
				},
				{
					rounds: runs.one.map((run) => run.p99Ms),
					note: `two servers ${median(runs.two.map((run) => run.p99Ms)).toFixed(1)} ms`,
				},
			];
		} finally {
			await server.stop();
		}
	},
};
