import type { NormalMove } from "@savepoint/core";
import type { SessionStore } from "#src/game/session-store.js";
import { createSession, playMoves } from "./storage.js";

/** Players who play as fast as their moves are saved, and how long each move took. */
export interface Load {
	/** Waits of the moves that were answered since the last call, in milliseconds. */
	take(): number[];
	stop(): Promise<void>;
}

const spawnMove = (number: number): NormalMove => ({
	id: `m${number}`,
	atMs: number,
	body: { type: "spawn", artifactId: `a${number % 400}`, xFixed: number, yFixed: 0 },
});

/** Each player starts another session after this many moves. */
const MOVES_EACH = 60;

export function startLoad(store: SessionStore, players: number): Load {
	let waits: number[] = [];
	let isOver = false;
	const play = async (): Promise<void> => {
		while (!isOver) {
			const { sessionId } = await createSession(store);
			for (let number = 0; number < MOVES_EACH && !isOver; number += 1) {
				const askedAtMs = performance.now();
				await playMoves(store, sessionId, [spawnMove(number)]);
				waits.push(performance.now() - askedAtMs);
			}
		}
	};
	const playing = Promise.all(Array.from({ length: players }, play));
	return {
		take() {
			const taken = waits;
			waits = [];
			return taken;
		},
		async stop() {
			isOver = true;
			await playing;
		},
	};
}

/** Sessions with moves, written as fast as the storage takes them. */
export async function fill(store: SessionStore, sessions: number, moves: number): Promise<void> {
	const batch = Array.from({ length: moves }, (_, number) => spawnMove(number));
	let left = sessions;
	const one = async (): Promise<void> => {
		while (left > 0) {
			left -= 1;
			const { sessionId } = await createSession(store);
			await playMoves(store, sessionId, batch);
		}
	};
	await Promise.all(Array.from({ length: 64 }, one));
}

export function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
