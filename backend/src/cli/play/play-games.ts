import { setMaxListeners } from "node:events";
import { SavepointError } from "../../errors.js";
import { AwayMeter } from "./away-meter.js";
import { type GameHooks, type GameReport, playGame } from "./play-game.js";

/** A server that has never answered is waited for this long: it may just be starting. */
export const FIRST_ANSWER_PATIENCE_MS = 30_000;
/**
 * One that has answered before may be away this long at a stretch: a restart, a redeploy, a move.
 */
export const AWAY_PATIENCE_MS = 10 * 60_000;

export interface PlayOptions {
	readonly baseUrl: string;
	readonly games: number;
	/** Games at the same time. */
	readonly concurrency: number;
	/** Play time runs this many times as fast as the clock on the wall. */
	readonly speed: number;
	readonly durationSeconds: number;
	readonly firstPatienceMs?: number;
	readonly patienceMs?: number;
	/** Aborted: no further game is begun, and those under way are left where they are. */
	readonly signal?: AbortSignal;
}

export interface PlayHooks extends GameHooks {
	readonly onGame?: (report: GameReport) => void;
	readonly onAway?: () => void;
	readonly onBack?: (awayMs: number) => void;
}

/** Results are those that the server stored, read back after each game. */
export interface PlaySummary {
	readonly games: number;
	readonly won: number;
	readonly lost: number;
	readonly abandoned: number;
	/** Their result could not be read back. */
	readonly unfinished: number;
	readonly movesAcknowledged: number;
	readonly movesResent: number;
	readonly timesAway: number;
	readonly disagreements: readonly string[];
	readonly seconds: number;
}

/**
 * Lets bots play whole games against a running server and compares, game by game, what it stored
 * with what the bots saw. Game k is played by the same bot in every run.
 *
 * Goes on over restarts of the server. Throws `SERVER_UNREACHABLE` when it never answered; games
 * that were under way when it stayed away for longer than the patience count as unfinished.
 */
export async function playGames(options: PlayOptions, hooks: PlayHooks): Promise<PlaySummary> {
	const startedAtMs = performance.now();
	const giveUp = new AbortController();
	const signal = AbortSignal.any([giveUp.signal, ...(options.signal ? [options.signal] : [])]);
	// Each game under way listens, and there may be a thousand.
	setMaxListeners(0, signal);
	let unreachable = false;
	let movesResent = 0;
	const meter = new AwayMeter({
		firstPatienceMs: options.firstPatienceMs ?? FIRST_ANSWER_PATIENCE_MS,
		patienceMs: options.patienceMs ?? AWAY_PATIENCE_MS,
		onAway: () => hooks.onAway?.(),
		onBack: (awayMs) => hooks.onBack?.(awayMs),
		onGivenUp: (everAnswered) => {
			unreachable = !everAnswered;
			giveUp.abort();
		},
	});

	const reports: GameReport[] = [];
	let begun = 0;
	const playOneAfterAnother = async () => {
		while (begun < options.games && !signal.aborted) {
			begun += 1;
			const report = await playGame({
				game: begun,
				baseUrl: options.baseUrl,
				durationSeconds: options.durationSeconds,
				speed: options.speed,
				signal,
				meter,
				hooks: {
					...hooks,
					onResent: (moves) => {
						movesResent += moves;
						hooks.onResent?.(moves);
					},
				},
			});
			reports.push(report);
			hooks.onGame?.(report);
		}
	};
	const players = Math.min(options.concurrency, options.games);
	try {
		await Promise.all(Array.from({ length: players }, playOneAfterAnother));
	} finally {
		meter.stop();
	}
	if (unreachable) throw new SavepointError("SERVER_UNREACHABLE");
	const seconds = Math.round(performance.now() - startedAtMs) / 1000;
	return { ...addUp(reports), movesResent, timesAway: meter.times, seconds };
}

function addUp(
	reports: readonly GameReport[],
): Omit<PlaySummary, "movesResent" | "timesAway" | "seconds"> {
	const stored = (result: string) =>
		reports.filter((report) => report.stored?.result === result).length;
	return {
		games: reports.length,
		won: stored("won"),
		lost: stored("lost"),
		abandoned: stored("abandoned"),
		unfinished: reports.filter((report) => (report.stored?.result ?? null) === null).length,
		movesAcknowledged: reports.reduce((sum, report) => sum + report.movesAcknowledged, 0),
		disagreements: reports.flatMap((report) => report.disagreements),
	};
}
