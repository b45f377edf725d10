import {
	BIN,
	DROP_INTERVAL_MS,
	PLAYER_SIZE,
	RUN_PX_PER_S,
	SECOND_DROPPER_PERCENT,
} from "./game-facts.js";
import { STONES_RIGHT } from "./level-terrain.js";
import { ARTIFACTS_PER_SESSION_MAX } from "./limits.js";
import type { Draw } from "./random.js";
import { type Way, wayTo } from "./reach.js";
import type { TerrainTile } from "./schemas.js";

/**
 * When and where artifacts fall, such that the game can be won.
 *
 * A steady player is thought along: it takes the artifacts in the order in which they fall, runs a
 * little slower than the real one can, and loses some time at each. A drop is placed only where the
 * model of `reach.ts` knows a way and where the steady player still brings it to the bin in time.
 * The spot nearest to the bin always qualifies, so no level has to be thrown away.
 */

/** One drop before it has a place. */
export interface DropTime {
	readonly atMs: number;
	readonly dropper: 0 | 1;
}
export interface PlacedDrop extends DropTime {
	readonly x: number;
}

/** Nobody lets go in the last moments: what still falls at the end cannot be won. */
export const QUIET_END_MS = 2000;
/** Artifacts of a level leave room for those that a game adds on its own. */
export const DROPS_MAX = ARTIFACTS_PER_SESSION_MAX - 50;

/** Drops lie on a grid: enough variety, and few places to try. The last is over free ground. */
const DROP_X = { min: 48, max: 816, step: 4 } as const;

/** From y 210 to the ground under 900 px/s²: 881 ms, rounded up. A stone on the way shortens it. */
export const FALL_MS = 900;
export const STEADY_PX_PER_S = Math.floor(RUN_PX_PER_S * 0.8);
/**
 * What picking up costs beside the way there: a moment, a jump onto a stone, a stone broken first.
 */
export const PICK_UP_MS: Readonly<Record<Way, number>> = { walk: 300, stand: 700, break: 1100 };
/** The steady player is never further behind a drop than a dropper's own rhythm. */
const BEHIND_MS_MAX = DROP_INTERVAL_MS;

/** Both droppers' times, sorted; the first dropper's first where they coincide. */
export function dropTimes(secondDropperAtMs: number, durationMs: number): DropTime[] {
	const times: DropTime[] = [];
	for (const [dropper, arrivesAtMs] of [[0, 0] as const, [1, secondDropperAtMs] as const]) {
		let atMs = arrivesAtMs + DROP_INTERVAL_MS;
		for (; atMs <= durationMs - QUIET_END_MS; atMs += DROP_INTERVAL_MS) {
			times.push({ atMs, dropper });
		}
	}
	return times.sort((a, b) => a.atMs - b.atMs || a.dropper - b.dropper).slice(0, DROPS_MAX);
}

export function drawSecondDropperAtMs(draw: Draw, durationMs: number): number {
	const { min, max } = SECOND_DROPPER_PERCENT;
	return draw(Math.ceil((durationMs * min) / 100), Math.floor((durationMs * max) / 100));
}

/** Gives each drop a place; see the head of this file for what is promised. */
export function placeDrops(
	draw: Draw,
	terrain: readonly TerrainTile[],
	times: readonly DropTime[],
	durationMs: number,
): PlacedDrop[] {
	const spots = reachableSpots(terrain);
	const deadlines = deadlinesOf(times, durationMs);
	let freeAtMs = 0;
	return times.map((time, index) => {
		const deadlineMs = deadlines[index] ?? durationMs;
		const doneAtMs = (spot: Spot) =>
			Math.max(freeAtMs + spot.walkMs, time.atMs + FALL_MS) + spot.pickUpMs + spot.walkMs;
		const inTime = spots.filter((spot) => doneAtMs(spot) <= deadlineMs);
		const spot = inTime[draw(0, Math.max(0, inTime.length - 1))] ?? NEAREST;
		freeAtMs = doneAtMs(spot);
		return { ...time, x: spot.x };
	});
}

/** A place for a drop, with what it costs the steady player to come for it from the bin. */
interface Spot {
	readonly x: number;
	readonly walkMs: number;
	readonly pickUpMs: number;
}

/** The middle of a player who stands at the bin. */
const AT_BIN_X = BIN.x - PLAYER_SIZE / 2;

function spotAt(x: number, way: Way): Spot {
	const walkMs = Math.ceil((Math.abs(AT_BIN_X - x) * 1000) / STEADY_PX_PER_S);
	return { x, walkMs, pickUpMs: PICK_UP_MS[way] };
}

const NEAREST = spotAt(Math.max(DROP_X.max, STONES_RIGHT), "walk");
const SHORTEST_TRIP_MS = 2 * NEAREST.walkMs + NEAREST.pickUpMs;

function reachableSpots(terrain: readonly TerrainTile[]): Spot[] {
	const spots: Spot[] = [];
	for (let x: number = DROP_X.min; x <= DROP_X.max; x += DROP_X.step) {
		const way = wayTo(terrain, x);
		if (way !== null) spots.push(spotAt(x, way));
	}
	return spots;
}

/**
 * When each artifact must be in the bin; from the last to the first, so that every later one still
 * fits.
 */
function deadlinesOf(times: readonly DropTime[], durationMs: number): number[] {
	const deadlines: number[] = [];
	let nextMs = durationMs + SHORTEST_TRIP_MS;
	for (const time of times.toReversed()) {
		nextMs = Math.min(time.atMs + BEHIND_MS_MAX, nextMs - SHORTEST_TRIP_MS);
		deadlines.push(nextMs);
	}
	return deadlines.reverse();
}
