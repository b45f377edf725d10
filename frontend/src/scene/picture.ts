import type { PlayEvent, TerrainTile } from "@savepoint/core";
import type { Mood } from "../art/keeper.js";

/** Everything that a frame shows, in pixels of the arena; of a running game or of a replay. */
export interface Picture {
	readonly timeMs: number;
	readonly durationMs: number;
	readonly keeper: {
		/** Left edge and top. */
		readonly x: number;
		readonly y: number;
		readonly facing: -1 | 1;
		readonly running: boolean;
		readonly standing: boolean;
		readonly mood: Mood;
	};
	readonly stars: readonly StarPicture[];
	readonly owls: readonly [OwlPicture, OwlPicture];
	readonly tiles: readonly TerrainTile[];
	/** In the jar. */
	readonly home: number;
	readonly lying: number;
}
export interface StarPicture {
	readonly id: string;
	readonly x: number;
	/** The foot. */
	readonly y: number;
	readonly status: "inAir" | "ground" | "carried";
}
export interface OwlPicture {
	/** null: not here. */
	readonly x: number | null;
	readonly stunned: boolean;
	readonly windingUp: boolean;
}

/** Where the scene gets its frames from. */
export interface Projector {
	/** Called once a frame. `events`: what happened since the last one. */
	next(): { readonly picture: Picture; readonly events: readonly PlayEvent[] };
}
