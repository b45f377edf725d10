import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { startSocketLoad } from "../load/socket-generator.js";
import { formatNumber } from "../report/figure.js";
import { savepointCommand, startListening } from "../servers/listening-server.js";
import { type BenchContext, NOTHING_LACKS, type Scenario } from "./scenario.js";
import { BATCH_MOVES, LONG_GAME } from "./socket-moves.js";

const KILLS = 7;
const FULL_LOAD_MS = 1_500;
const LOOK_MS = 5;
const LOOK_MS_MAX = 4_000;
/** Connections and sessions come first; from here on the load is really there. */
const LOADED_WAL_BYTES = 2 ** 20;
const LOAD_WAIT_MS_MAX = 50_000;
/** Of the largest `-wal` seen: near enough to its worst. */
const NEARLY = 0.9;

const walBytesOf = async (url: string): Promise<number> => {
	const health = (await (await fetch(`${url}/health`)).json()) as {
		storage?: { walBytes?: number };
	};
	return health.storage?.walBytes ?? 0;
};

/** Watches what a start would have to read, and returns when it is nearly the most there was. */
async function untilWalIsLarge(url: string): Promise<number> {
	const startedAtMs = performance.now();
	let loadedAtMs: number | null = null;
	let largest = 0;
	for (;;) {
		const now = await walBytesOf(url);
		if (now >= LOADED_WAL_BYTES) loadedAtMs ??= performance.now();
		if (performance.now() - startedAtMs > LOAD_WAIT_MS_MAX)
			throw new Error(`the load did not fill the -wal: it holds ${now} bytes`);
		const watchedMs = loadedAtMs === null ? 0 : performance.now() - loadedAtMs;
		if (watchedMs > FULL_LOAD_MS && now >= NEARLY * largest) return now;
		if (watchedMs > LOOK_MS_MAX) return now;
		largest = Math.max(largest, now);
		await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
	}
}

/** Full load, `kill -9` at a large WAL, a new process: until it says that writes are durable. */
async function killOnce(database: string, { connections, say }: BenchContext): Promise<number> {
	const server = await startListening(savepointCommand(database));
	const load = startSocketLoad({
		url: server.url,
		connections,
		batchMoves: BATCH_MOVES,
		shapes: [LONG_GAME],
		seconds: 60,
	});
	const walBytes = await untilWalIsLarge(server.url);
	await server.kill();
	await load;

	const startedAtMs = performance.now();
	const again = await startListening(savepointCommand(database));
	const answer = await fetch(`${again.url}/health`);
	const tookMs = performance.now() - startedAtMs;
	if (answer.status !== 200) throw new Error(`the first answer was ${answer.status}`);
	const { size } = statSync(database);
	say(
		`first answer ${formatNumber(tookMs)} ms after the start; -wal held ${formatNumber(walBytes / 2 ** 20)} MiB, the database ${formatNumber(size / 2 ** 20)} MiB`,
	);
	await again.kill();
	return tookMs;
}

export const afterKill: Scenario = {
	name: "after-kill",
	figures: [
		{
			name: `first answer after kill -9 under full load, the worst of ${KILLS}`,
			unit: " ms",
			must: 500,
			aim: 300,
			better: "less",
		},
	],
	lacks: NOTHING_LACKS,
	async run(context) {
		const home = mkdtempSync(join(context.directory, "savepoint-bench-"));
		const tookMs: number[] = [];
		try {
			for (let kill = 0; kill < KILLS; kill += 1)
				tookMs.push(await killOnce(join(home, "bench.sqlite"), context));
		} finally {
			rmSync(home, { recursive: true, force: true });
		}
		return [
			{
				rounds: [Math.max(...tookMs)],
				note: `best ${formatNumber(Math.min(...tookMs))} ms; the start of Node is in it`,
			},
		];
	},
};
