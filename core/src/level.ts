import type { TerrainTile, TrashCan } from "./schemas.js";

/** When and where a dropper lets go of an artifact, in play time. */
export interface ArtifactDrop {
	readonly atMs: number;
	readonly x: number;
	readonly y: number;
}

export interface Level {
	readonly terrain: readonly TerrainTile[];
	readonly trashCan: TrashCan;
	readonly playerSpeedPercent: number;
	/** Sorted by time; all fall before the duration is over. */
	readonly drops: readonly ArtifactDrop[];
}

/** Raised whenever the same seed gives another level than before. */
export const LEVEL_VERSION = 1;

/** The level of a seed and a duration: the same on every machine. */
export function generateLevel(_seed: number, durationMs: number): Level {
	return {
		terrain: [
			{ id: "ground-0", type: "ground", bounds: { x: 0, y: 559, width: 1024, height: 124 } },
		],
		trashCan: {
			position: { x: 877, y: 449 },
			bounds: { x: 877, y: 449, width: 90, height: 110 },
		},
		playerSpeedPercent: 100,
		drops: [{ atMs: Math.min(6000, durationMs - 1), x: 300, y: 210 }],
	};
}
