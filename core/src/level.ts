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
