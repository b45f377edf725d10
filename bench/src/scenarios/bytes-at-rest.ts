import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadSockets } from "../load/socket-generator.js";
import { formatNumber } from "../report/figure.js";
import { savepointCommand, startListening } from "../servers/listening-server.js";
import { type BenchContext, NOTHING_LACKS, type Scenario } from "./scenario.js";

/** About a minute of play: forty stars, five moves each. */
const GAME_MOVES = 200;
/** The same figure for a short game, whose level weighs more, and for the longest there is. */
const SHORT_MOVES = 20;
const LONG_MOVES = 10_000;
const TOTAL_MOVES = 60_000;
const BATCH_MOVES = 16;
const CONNECTIONS = 16;
const PLAY_SECONDS_MAX = 600;

async function playGames(database: string, moves: number, games: number): Promise<void> {
	const server = await startListening(savepointCommand(database));
	try {
		const played = await loadSockets({
			url: server.url,
			connections: CONNECTIONS,
			batchMoves: BATCH_MOVES,
			shapes: [{ moves, ends: true }],
			seconds: PLAY_SECONDS_MAX,
			games,
		});
		if (played.moves !== games * moves) throw new Error("not every game came to its end in time");
	} finally {
		// Folds what is left and checkpoints: the file alone is the database then.
		await server.stop();
	}
}

async function bytesPerMove({ directory, say }: BenchContext, moves: number): Promise<number> {
	const home = mkdtempSync(join(directory, "savepoint-bench-"));
	const database = join(home, "bench.sqlite");
	const games = Math.ceil(TOTAL_MOVES / moves);
	try {
		// The tables themselves and the first free pages are not what a game costs.
		await playGames(database, moves, CONNECTIONS);
		const before = statSync(database).size;
		await playGames(database, moves, games);
		const bytes = (statSync(database).size - before) / (games * moves);
		say(`${formatNumber(bytes)} bytes at rest per move, ${games} games of ${moves} moves`);
		return bytes;
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

/** How much the file grows by a finished game: all of its rows, its level and free space too. */
export const bytesAtRest: Scenario = {
	name: "bytes-at-rest",
	figures: [
		{
			name: `bytes at rest per move of a finished game of ${GAME_MOVES} moves`,
			unit: "",
			must: 200,
			aim: 80,
			better: "less",
		},
	],
	lacks: NOTHING_LACKS,
	async run(context) {
		// A size does not vary with the machine's mood: one round tells all.
		const measured = await bytesPerMove(context, GAME_MOVES);
		const short = await bytesPerMove(context, SHORT_MOVES);
		const long = await bytesPerMove(context, LONG_MOVES);
		return [
			{
				rounds: [measured],
				note: `${formatNumber(short)} in a game of ${SHORT_MOVES} moves, ${formatNumber(long)} in one of ${formatNumber(LONG_MOVES)}`,
			},
		];
	},
};
