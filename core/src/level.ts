import { BIN, DROPPER_Y, PLAYER_SPEED_PERCENT } from "./game-facts.js";
import { drawSecondDropperAtMs, dropTimes, placeDrops } from "./level-drops.js";
import { drawTerrain } from "./level-terrain.js";
import { drawFrom, STREAMS } from "./random.js";
import type { TerrainTile, TrashCan } from "./schemas.js";

/** When and where a dropper lets go of an artifact, in play time. */
export interface ArtifactDrop {
	readonly atMs: number;
	readonly x: number;
	readonly y: number;
	/** 0: there from the start; 1: the one that arrives at `secondDropperAtMs`. */
	readonly dropper: 0 | 1;
}

export interface Level {
	readonly terrain: readonly TerrainTile[];
	readonly trashCan: TrashCan;
	readonly playerSpeedPercent: number;
	readonly secondDropperAtMs: number;
	/** Sorted by time; all fall before the duration is over. */
	readonly drops: readonly ArtifactDrop[];
}

/** Raised whenever the same seed gives another level than before; a test holds one level fast. */
export const LEVEL_VERSION = 1;

/**
 * The level of a seed: the same one on the server, in every browser and in a replay.
 *
 * `seed` is an unsigned 32-bit integer, `durationMs` a whole number of milliseconds of 10 to 600 s.
 * There is at least one drop; every drop can be reached (`reach.ts`) and all of them together can
 * be brought to the bin before the time is up (`level-drops.ts`). Terrain and drops come from
 * streams of their own, so a change to one leaves the other as it was; the terrain does not depend
 * on the duration.
 */
export function generateLevel(seed: number, durationMs: number): Level {
	const terrain = drawTerrain(drawFrom(seed, STREAMS.terrain));

	const drawDrops = drawFrom(seed, STREAMS.drops);
	const secondDropperAtMs = drawSecondDropperAtMs(drawDrops, durationMs);
	const times = dropTimes(secondDropperAtMs, durationMs);
	const drops = placeDrops(drawDrops, terrain, times, durationMs);

	return {
		terrain,
		trashCan: { position: { x: BIN.x, y: BIN.y }, bounds: { ...BIN } },
		playerSpeedPercent: PLAYER_SPEED_PERCENT,
		secondDropperAtMs,
		drops: drops.map(({ atMs, x, dropper }) => ({ atMs, x, y: DROPPER_Y, dropper })),
	};
}
