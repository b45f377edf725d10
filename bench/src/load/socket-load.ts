import { percentile } from "../report/statistics.js";
import { type GameShape, prepareGame } from "./games.js";
import { type GameWatch, playGame, ServerLost } from "./socket-connection.js";

export interface SocketLoad {
	readonly url: string;
	readonly connections: number;
	readonly batchMoves: number;
	/** Played in turn, by each connection. */
	readonly shapes: readonly GameShape[];
	/** Ends after this time, and after this many games if they come first. */
	readonly seconds: number;
	readonly games?: number;
	/** Of all connections together; as fast as possible where none is given. */
	readonly movesPerSecond?: number;
	/** How often `progress` is told; never where none is given. */
	readonly progressSeconds?: number;
}

/** What was acknowledged in a stretch of time. */
export interface SocketResult {
	readonly moves: number;
	readonly games: number;
	readonly seconds: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	/** The server went away before the time was over. */
	readonly lost: boolean;
}

/** One stretch after the other: each starts from nothing, so memory does not grow with the run. */
class Tally {
	#moves = 0;
	#games = 0;
	#tookMs: number[] = [];
	#sinceMs = performance.now();

	add(moves: number, tookMs: number): void {
		this.#moves += moves;
		this.#tookMs.push(tookMs);
	}

	addGame(): void {
		this.#games += 1;
	}

	take(lost: boolean): SocketResult {
		const nowMs = performance.now();
		const result = {
			moves: this.#moves,
			games: this.#games,
			seconds: (nowMs - this.#sinceMs) / 1000,
			p50Ms: percentile(this.#tookMs, 50),
			p99Ms: percentile(this.#tookMs, 99),
			lost,
		};
		this.#moves = 0;
		this.#games = 0;
		this.#tookMs = [];
		this.#sinceMs = nowMs;
		return result;
	}
}

async function createSession(url: URL): Promise<string> {
	const body = JSON.stringify({ requestedDurationSeconds: 600 });
	const response = await fetch(new URL("/api/sessions", url), { method: "POST", body }).catch(
		(cause: unknown) => {
			throw new ServerLost("no new session", { cause });
		},
	);
	if (!response.ok) throw new Error(`a new session was answered ${response.status}`);
	const { sessionId } = (await response.json()) as { sessionId: string };
	return sessionId;
}

/** When a connection's next message is due, so that all together keep the pace. */
function paceOf({ movesPerSecond, connections }: SocketLoad, startedAtMs: number) {
	if (movesPerSecond === undefined) return () => 0;
	const msPerMove = (1000 * connections) / movesPerSecond;
	let dueAtMs = startedAtMs + Math.random() * msPerMove;
	return (moves: number, nowMs: number): number => {
		const waitMs = dueAtMs - nowMs;
		dueAtMs += moves * msPerMove;
		return Math.max(0, waitMs);
	};
}

/**
 * Plays games on all connections, each with one message in flight, a new session for each game.
 * Resolves to what was acknowledged since the last `progress`, or since the start without any.
 */
export async function runSocketLoad(
	load: SocketLoad,
	progress: (result: SocketResult) => void,
): Promise<SocketResult> {
	const url = new URL(load.url);
	const prepared = load.shapes.map((shape) => prepareGame(shape, load.batchMoves));
	// The clock starts when everybody has a session: making them is another figure.
	const first = await Promise.all(
		Array.from({ length: load.connections }, () => createSession(url)),
	);
	const startedAtMs = performance.now();
	const endsAtMs = startedAtMs + load.seconds * 1000;
	const tally = new Tally();
	let gamesLeft = load.games ?? Number.POSITIVE_INFINITY;
	let turn = 0;

	const play = async (firstSession: string): Promise<void> => {
		const nextInMs = paceOf(load, startedAtMs);
		const watch: GameWatch = {
			nextInMs: (moves) => {
				const nowMs = performance.now();
				return nowMs >= endsAtMs ? null : nextInMs(moves, nowMs);
			},
			acknowledged: (moves, tookMs) => tally.add(moves, tookMs),
		};
		let sessionId: string | null = firstSession;
		while (performance.now() < endsAtMs && gamesLeft > 0) {
			gamesLeft -= 1;
			const game = prepared[turn % prepared.length];
			turn += 1;
			if (game === undefined) throw new Error("a load needs a game to play");
			await playGame(url, sessionId ?? (await createSession(url)), game, watch);
			sessionId = null;
			tally.addGame();
		}
	};

	const told =
		load.progressSeconds === undefined
			? null
			: setInterval(() => progress(tally.take(false)), load.progressSeconds * 1000);
	const ends = await Promise.allSettled(first.map(play));
	if (told !== null) clearInterval(told);
	const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
	const mistake = failures.find((reason) => !(reason instanceof ServerLost));
	if (mistake !== undefined) throw mistake;
	return tally.take(failures.length > 0);
}
