import {
	ARTIFACT_STATUSES,
	ID_LENGTH_MAX,
	LEVEL_HEIGHT,
	LEVEL_WIDTH,
	PLAY_TIME_MS_MAX,
	SPAWN_MARGIN,
} from "@savepoint/core";
import type { PlayableMove } from "./types.js";

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const STATUSES: ReadonlySet<string> = new Set(
	ARTIFACT_STATUSES.map((status) => status.toLowerCase()),
);

/**
 * Throws a RangeError for a move that no server would take. One such move in a batch makes the
 * server refuse the whole of it, and the queue behind it would wait for ever: better found at its
 * own line.
 */
export function assertPlayable(move: PlayableMove, atMs: number | undefined): void {
	if (atMs !== undefined && !isWithin(atMs, 0, PLAY_TIME_MS_MAX))
		throw new RangeError("The play time of a move is a number of milliseconds in the game.");
	if (move.type === "end") {
		const result = move.result?.toLowerCase() ?? "won";
		if (result !== "won" && result !== "lost")
			throw new RangeError("A session ends as won, as lost, or without a result.");
		return;
	}
	if (move.artifactId.length > ID_LENGTH_MAX || !VISIBLE_ASCII.test(move.artifactId))
		throw new RangeError("An artifact's id has 1 to 64 visible characters.");
	if (move.type === "spawn") assertPoint(move);
	if (move.type !== "artifact-status") return;
	if (!STATUSES.has(move.status.toLowerCase()))
		throw new RangeError("An artifact has no such status.");
	if (move.position !== undefined) assertPoint(move.position);
}

function assertPoint({ x, y }: { readonly x: number; readonly y: number }): void {
	const inside =
		isWithin(x, -SPAWN_MARGIN, LEVEL_WIDTH + SPAWN_MARGIN) &&
		isWithin(y, -SPAWN_MARGIN, LEVEL_HEIGHT + SPAWN_MARGIN);
	if (!inside) throw new RangeError("A position lies in the level or at most 64 outside it.");
}

const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;
