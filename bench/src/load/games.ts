import type { Move } from "@savepoint/core";
import { clientFrame } from "./frames.js";

/** How long a game is and how it goes out of use. */
export interface GameShape {
	readonly moves: number;
	/** Its last move is an `end`; otherwise it is left lying. */
	readonly ends: boolean;
}

/** Messages of one game, ready to be sent; each has at most `batchMoves` moves. */
export interface Game {
	readonly frames: readonly Buffer[];
	/** How many moves each message has. */
	readonly sizes: readonly number[];
}

const ARTIFACT = "star-1";
const STATUSES = ["carried", "ground", "flying", "inAir"] as const;

/** The move at a place of the game: a spawn, then one change of status after the other. */
function moveAt(at: number, { moves, ends }: GameShape): Move {
	const id = `m${at}`;
	if (at === 0) return { id, type: "spawn", artifactId: ARTIFACT, x: 100, y: 40 };
	if (ends && at === moves - 1) return { id, type: "end", result: "lost" };
	const status = STATUSES[at % STATUSES.length] ?? "ground";
	return { id, type: "artifact-status", artifactId: ARTIFACT, status };
}

/** Ids of moves are unique in their session only, so one game serves every session. */
export function prepareGame(shape: GameShape, batchMoves: number): Game {
	const frames: Buffer[] = [];
	const sizes: number[] = [];
	for (let from = 0; from < shape.moves; from += batchMoves) {
		const size = Math.min(batchMoves, shape.moves - from);
		const moves = Array.from({ length: size }, (_, at) => moveAt(from + at, shape));
		frames.push(clientFrame(JSON.stringify({ type: "moves", ref: frames.length, moves })));
		sizes.push(size);
	}
	return { frames, sizes };
}
