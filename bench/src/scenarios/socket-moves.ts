import { MOVES_PER_SESSION_MAX } from "@savepoint/core";
import { loadSockets } from "../load/socket-generator.js";
import { formatNumber } from "../report/figure.js";
import { median, ratios } from "../report/statistics.js";
import { runVariant } from "../servers/variant-server.js";
import { alternate, NOTHING_LACKS, type Scenario } from "./scenario.js";

export const BATCH_MOVES = 16;
/** As many moves as a session takes; then the connection begins a new one. */
export const LONG_GAME = { moves: MOVES_PER_SESSION_MAX, ends: false };
const WARM_UP_SECONDS = 1;

/** What players send after a tunnel, and what a busy server takes: batches on live connections. */
export const socketMoves: Scenario = {
	name: "socket-moves",
	figures: [
		{
			name: `durable moves/s over WebSocket, batches of ${BATCH_MOVES}, 64 connections, one batch in flight each`,
			unit: "/s",
			must: 80_000,
			aim: 250_000,
			better: "more",
		},
	],
	lacks: NOTHING_LACKS,
	async run({ runs, seconds, connections, directory, say }) {
		const results = await alternate(runs, ["durable", "keeps-nothing"], async (variant) => {
			const server = await runVariant(variant, { directory });
			const load = {
				url: server.url,
				connections,
				batchMoves: BATCH_MOVES,
				shapes: [LONG_GAME],
				seconds,
			};
			await loadSockets({ ...load, seconds: WARM_UP_SECONDS });
			const result = await loadSockets(load);
			await server.finish();
			const perSecond = result.moves / result.seconds;
			say(`${variant}: ${formatNumber(perSecond)} moves/s, p99 ${result.p99Ms.toFixed(1)} ms`);
			return perSecond;
		});
		const { durable, "keeps-nothing": nothing } = results;
		const ratio = median(ratios(durable, nothing, (perSecond) => perSecond));
		return [
			{
				rounds: durable,
				note: `${ratio.toFixed(2)} × the same server with storage that keeps nothing`,
			},
		];
	},
};
