import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSockets, startSocketLoad } from "../load/socket-generator.js";
import type { SocketLoad, SocketResult } from "../load/socket-load.js";
import type { BenchOptions } from "../options.js";
import { formatNumber } from "../report/figure.js";
import { describeMachine } from "../report/machine.js";
import { formatMachine } from "../report/table.js";
import {
	type ListeningServer,
	savepointCommand,
	startListening,
} from "../servers/listening-server.js";
import { residentBytes } from "../servers/process-facts.js";
import type { Sample } from "./sample.js";
import { GaugeReader } from "./server-gauges.js";
import { drawSoak } from "./soak-chart.js";
import { formatSoak } from "./soak-table.js";

const FULL_LOAD_SECONDS = 20;
const SAMPLE_SECONDS_MAX = 5;
/** A short run still gets a curve. */
const SAMPLES_MIN = 30;
/** Most games end, so sessions leave the cache as in life; the longest are as long as may be. */
const SHAPES = [
	{ moves: 200, ends: true },
	{ moves: 400, ends: true },
	{ moves: 1_000, ends: true },
	{ moves: 10_000, ends: false },
] as const;

const say = (line: string): void => {
	process.stderr.write(`${line}\n`);
};

const walBytesOf = async (url: string): Promise<number> => {
	const health = (await (await fetch(`${url}/health`)).json()) as {
		storage?: { walBytes?: number };
	};
	return health.storage?.walBytes ?? 0;
};

/** One look after the other: a slow one must not overtake the next. */
class Sampler {
	readonly samples: Sample[] = [];
	readonly #server: ListeningServer;
	readonly #gauges: GaugeReader;
	readonly #startedAtMs = performance.now();
	#last: Promise<void> = Promise.resolve();

	constructor(server: ListeningServer) {
		this.#server = server;
		this.#gauges = new GaugeReader(server.url);
	}

	add(load: SocketResult): void {
		this.#last = this.#last.then(() => this.#look(load));
	}

	/** Resolves when all looks are done; rejects when one failed. */
	settled(): Promise<void> {
		return this.#last;
	}

	async #look({ moves, seconds, p99Ms }: SocketResult): Promise<void> {
		const { url, pid } = this.#server;
		const sample: Sample = {
			atSeconds: (performance.now() - this.#startedAtMs) / 1000,
			residentBytes: residentBytes(pid),
			walBytes: await walBytesOf(url),
			...(await this.#gauges.read()),
			movesPerSecond: moves / seconds,
			batchP99Ms: p99Ms,
		};
		this.samples.push(sample);
		say(
			`${formatNumber(sample.atSeconds)} s: ${formatNumber(sample.movesPerSecond)} moves/s, ${formatNumber(sample.residentBytes / 2 ** 20)} MiB`,
		);
	}
}

async function soak(server: ListeningServer, options: BenchOptions) {
	const { connections, batch, minutes } = options;
	const base: SocketLoad = {
		url: server.url,
		connections,
		batchMoves: batch,
		shapes: SHAPES,
		seconds: Math.min(FULL_LOAD_SECONDS, minutes * 60),
	};
	const full = await loadSockets(base);
	const fullPerSecond = full.moves / full.seconds;
	const movesPerSecond = fullPerSecond * options.load;
	const seconds = minutes * 60;
	say(
		`full load ${formatNumber(fullPerSecond)} moves/s; ${formatNumber(movesPerSecond)} for ${formatNumber(minutes)} min`,
	);
	const sampler = new Sampler(server);
	const progressSeconds = Math.min(SAMPLE_SECONDS_MAX, seconds / SAMPLES_MIN);
	const load = { ...base, seconds, movesPerSecond, progressSeconds };
	const { lost } = await startSocketLoad(load, (result) => sampler.add(result));
	await sampler.settled();
	if (lost) throw new Error("the server closed a connection under load");
	return { samples: sampler.samples, fullPerSecond, movesPerSecond };
}

/** A long run at a share of what the server can do: what grows, and what gets slower. */
export async function runSoak(options: BenchOptions): Promise<void> {
	const machine = describeMachine(options.directory);
	say(formatMachine(machine));
	const home = mkdtempSync(join(options.directory, "savepoint-soak-"));
	const server = await startListening(savepointCommand(join(home, "soak.sqlite")));
	try {
		const result = await soak(server, options);
		const title = [
			`${formatNumber(options.minutes)} minutes`,
			`at ${Math.round(options.load * 100)} % of full load,`,
			`${formatNumber(result.movesPerSecond)} moves/s`,
		].join(" ");
		const json = join(options.out, "soak.json");
		const chart = join(options.out, "soak.svg");
		const at = new Date().toISOString();
		writeFileSync(json, `${JSON.stringify({ at, machine, options, ...result }, null, "\t")}\n`);
		writeFileSync(chart, drawSoak(machine, result.samples, title));
		process.stdout.write(
			`\n${formatMachine(machine)}\n\n${title}\n\n${formatSoak(result.samples)}\n\nWritten: ${json}, ${chart}\n`,
		);
	} finally {
		await server.stop();
		rmSync(home, { recursive: true, force: true });
	}
}
