import { LAST_TICKS_MS } from "../game-facts.js";
import { boxOf, overlap, playerBox } from "./box.js";
import { carry } from "./carrying.js";
import { isStepOf, moveDroppers, WARNING_MS } from "./droppers.js";
import type { PlayEvent, PlayHappening } from "./events.js";
import { letFall } from "./falling.js";
import { movePlayer } from "./player.js";
import { STEP_MS } from "./step-ms.js";
import { type Course, leftCount, type PlayInput, type PlayWorld } from "./world.js";

/**
 * Moves the world on by one step and tells what happened, in order. After the end nothing changes.
 *
 * Won: something was brought home and nothing is left when the time is up, wherever it is.
 */
export function stepWorld(course: Course, world: PlayWorld, input: PlayInput): PlayEvent[] {
	if (world.result !== null) return [];
	world.timeMs = Math.min(world.timeMs + STEP_MS, course.durationMs);

	const happenings: PlayHappening[] = [
		...movePlayer(world, input),
		...letFall(world),
		...carry(world, input),
		...moveDroppers(course, world),
		...makeTrouble(course, world),
		...countDown(course, world),
	];
	const atMs = world.timeMs;
	return happenings.map((happening) => ({ ...happening, atMs }));
}

/** The troublemaker is announced, comes, and puts its stones where the player is not. */
function makeTrouble({ trouble }: Course, world: PlayWorld): PlayHappening[] {
	const happenings: PlayHappening[] = [];
	const next = trouble[world.nextTrouble];
	if (next !== undefined && isStepOf(next.atMs - WARNING_MS, world.timeMs)) {
		happenings.push({ type: "trouble-soon" });
	}
	if (next !== undefined && next.atMs <= world.timeMs) {
		world.nextTrouble += 1;
		world.waitingTiles.push(...next.tiles);
	}
	if (world.waitingTiles.length === 0) return happenings;

	const player = playerBox(world.player);
	const placed = world.waitingTiles.filter(({ bounds }) => !overlap(player, boxOf(bounds)));
	if (placed.length === 0) return happenings;
	world.waitingTiles = world.waitingTiles.filter((tile) => !placed.includes(tile));
	world.tiles = [...world.tiles, ...placed];
	happenings.push({ type: "stones-placed", tiles: placed });
	return happenings;
}

function countDown({ durationMs }: Course, world: PlayWorld): PlayHappening[] {
	const leftMs = durationMs - world.timeMs;
	if (leftMs === 0) {
		const left = leftCount(world);
		world.result = left === 0 && world.artifacts.length > 0 ? "won" : "lost";
		return [{ type: "finished", result: world.result, left }];
	}
	const ticks = leftMs <= LAST_TICKS_MS && leftMs % 1000 < STEP_MS;
	return ticks ? [{ type: "last-tick", secondsLeft: Math.floor(leftMs / 1000) }] : [];
}
