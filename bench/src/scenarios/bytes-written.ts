import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createTargets, findWrk, loadStatusCalls } from "../load/http-load.js";
import { loadSockets } from "../load/socket-generator.js";
import { formatNumber } from "../report/figure.js";
import {
	type ListeningServer,
	savepointCommand,
	startListening,
} from "../servers/listening-server.js";
import { findProc, writtenBytes } from "../servers/process-facts.js";
import type { BenchContext, Scenario } from "./scenario.js";
import { BATCH_MOVES, LONG_GAME } from "./socket-moves.js";

const SESSIONS = 64;
const FOLD_WAIT_MS = 3_000;
const LOOK_MS = 100;

/** What a move costs the disk includes folding it into its table, so that is waited for. */
async function untilFolded(url: string): Promise<void> {
	const endsAtMs = performance.now() + FOLD_WAIT_MS;
	while (performance.now() < endsAtMs) {
		const health = (await (await fetch(`${url}/health`)).json()) as {
			storage?: { tailRows?: number };
		};
		if (health.storage?.tailRows === 0) return;
		await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
	}
}

async function bytesPerMove(
	{ directory, say }: BenchContext,
	load: (server: ListeningServer) => Promise<() => Promise<number>>,
): Promise<number> {
	const home = mkdtempSync(join(directory, "savepoint-bench-"));
	const server = await startListening(savepointCommand(join(home, "bench.sqlite")));
	try {
		const play = await load(server);
		await untilFolded(server.url);
		const before = writtenBytes(server.pid);
		const moves = await play();
		await untilFolded(server.url);
		const bytes = (writtenBytes(server.pid) - before) / moves;
		say(`${formatNumber(bytes)} bytes written per move, over ${formatNumber(moves)} moves`);
		return bytes;
	} finally {
		await server.stop();
		rmSync(home, { recursive: true, force: true });
	}
}

const singles = (context: BenchContext): Promise<number> =>
	bytesPerMove(context, async ({ url }) => {
		const targets = await createTargets(url, SESSIONS);
		const load = { connections: SESSIONS, seconds: context.seconds };
		return async () => (await loadStatusCalls(url, targets, load)).requests;
	});

const batches = (context: BenchContext): Promise<number> =>
	bytesPerMove(context, async ({ url }) => {
		const shapes = [LONG_GAME];
		const load = { url, connections: SESSIONS, batchMoves: BATCH_MOVES, shapes };
		return async () => (await loadSockets({ ...load, seconds: context.seconds })).moves;
	});

async function rounds(runs: number, measure: () => Promise<number>): Promise<number[]> {
	const values: number[] = [];
	for (let run = 0; run < runs; run += 1) values.push(await measure());
	return values;
}

/** What the kernel says the server wrote, the log, the fold into tables and checkpoints included. */
export const bytesWritten: Scenario = {
	name: "bytes-written",
	figures: [
		{
			name: `bytes written per move, single calls from ${SESSIONS} sessions`,
			unit: "",
			must: 12_000,
			aim: 4_000,
			better: "less",
		},
		{
			name: `bytes written per move, WebSocket batches of ${BATCH_MOVES}`,
			unit: "",
			must: 1_500,
			aim: 500,
			better: "less",
		},
	],
	lacks: () => findWrk() ?? findProc(),
	async run(context) {
		return [
			{ rounds: await rounds(context.runs, () => singles(context)) },
			{ rounds: await rounds(context.runs, () => batches(context)) },
		];
	},
};
