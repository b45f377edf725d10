import { ClientError, type ClientEvents, memoryStorage, SavepointClient } from "@savepoint/client";
import { type ErrorCode, generateLevel, type Session } from "@savepoint/core";
import { WebSocket } from "ws";
import type { AwayMeter } from "./away-meter.js";
import { planGame, type TimedMove } from "./bot.js";
import { Witness } from "./witness.js";

export interface GameReport {
	/** From 1. */
	readonly game: number;
	/** null: no session was ever created. */
	readonly sessionId: string | null;
	/** The session as read back at the end; null when it never could be. */
	readonly stored: Session | null;
	readonly movesAcknowledged: number;
	/** One sentence each; empty when server and bot agree on all. */
	readonly disagreements: readonly string[];
}

export interface GameHooks {
	readonly onSession?: (session: Session) => void;
	readonly onReceipt?: (receipt: ClientEvents["receipt"] & { readonly sessionId: string }) => void;
	readonly onResent?: (moves: number) => void;
}

export interface GameOptions {
	readonly game: number;
	readonly baseUrl: string;
	readonly durationSeconds: number;
	readonly speed: number;
	/** Aborted: the game is left where it is. */
	readonly signal: AbortSignal;
	readonly meter: AwayMeter;
	readonly hooks: GameHooks;
}

/**
 * Plays one whole game and checks what the server stored of it. Never rejects for the server's
 * sake.
 */
export async function playGame(options: GameOptions): Promise<GameReport> {
	const { game, meter, signal } = options;
	let client: SavepointClient;
	try {
		client = await SavepointClient.start({
			baseUrl: options.baseUrl,
			durationSeconds: options.durationSeconds,
			storage: memoryStorage(),
			WebSocket,
			signal,
			onAway: ({ code }) => {
				if (isAbsence(code)) meter.noAnswer();
			},
		});
	} catch (error) {
		return unplayed(game, reasonOf(error, signal));
	}
	meter.answer();
	const leave = () => void client.close();
	signal.addEventListener("abort", leave);
	try {
		return await playThrough(client, options);
	} finally {
		signal.removeEventListener("abort", leave);
		await client.close();
	}
}

async function playThrough(client: SavepointClient, options: GameOptions): Promise<GameReport> {
	const { game, durationSeconds, speed, signal, hooks } = options;
	const { sessionId, seed } = client.session;
	const witness = new Witness(client.session);
	const counts = listen(client, witness, options);
	hooks.onSession?.(client.session);

	const durationMs = durationSeconds * 1000;
	const report = (stored: Session | null, ...more: readonly string[]): GameReport => ({
		game,
		sessionId,
		stored,
		movesAcknowledged: counts.acknowledged,
		disagreements: [...witness.disagreements, ...more],
	});
	try {
		const moves = planGame(generateLevel(seed, durationMs), durationMs, game);
		await playInTime(client, moves, speed, signal);
		await client.settled();
		const stored = await client.refresh();
		witness.readBack(stored);
		return report(stored);
	} catch (error) {
		return report(null, `session ${sessionId}: not played to its end: ${reasonOf(error, signal)}`);
	}
}

function listen(
	client: SavepointClient,
	witness: Witness,
	{ meter, hooks }: GameOptions,
): { acknowledged: number } {
	const counts = { acknowledged: 0 };
	const { sessionId } = client.session;
	client.on("receipt", (event) => {
		counts.acknowledged += 1;
		witness.receipt(event);
		hooks.onReceipt?.({ ...event, sessionId });
	});
	client.on("saved", (event) => witness.saved(event));
	client.on("resent", ({ moves }) => hooks.onResent?.(moves));
	client.on("away", ({ code }) => {
		if (isAbsence(code)) meter.noAnswer();
	});
	client.on("back", () => meter.answer());
	return counts;
}

/** Play time runs `speed` times as fast as the clock on the wall, also while the server is away. */
async function playInTime(
	client: SavepointClient,
	moves: readonly TimedMove[],
	speed: number,
	signal: AbortSignal,
): Promise<void> {
	const startedAtMs = performance.now();
	for (const { atMs, move } of moves) {
		const waitMs = startedAtMs + atMs / speed - performance.now();
		if (waitMs >= 1) await pause(waitMs, signal);
		client.play(move, atMs);
	}
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const finish = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", finish);
			resolve();
		};
		const timer = setTimeout(finish, delayMs);
		signal.addEventListener("abort", finish);
	});
}

/** A server that asks for patience is there. */
const isAbsence = (code: ErrorCode | null): boolean => code !== "RATE_LIMITED";

function reasonOf(error: unknown, signal: AbortSignal): string {
	if (signal.aborted) return "the server stayed away.";
	if (error instanceof ClientError) return error.message;
	throw error;
}

const unplayed = (game: number, reason: string): GameReport => ({
	game,
	sessionId: null,
	stored: null,
	movesAcknowledged: 0,
	disagreements: [`game ${game}: no session: ${reason}`],
});
