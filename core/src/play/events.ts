import type { Move, TerrainTile } from "../schemas.js";

/** What happened in a step: for log, sounds and picture, and for the moves that are stored. */
export type PlayEvent = { readonly atMs: number } & PlayHappening;

export type PlayHappening =
	| ({ readonly type: "dropped"; readonly dropper: 0 | 1 } & ArtifactAt)
	| ({ readonly type: "landed" } & ArtifactAt)
	| ({ readonly type: "loosened" } & ArtifactAt)
	| ({ readonly type: "picked-up" } & ArtifactAt)
	| ({ readonly type: "put-down" } & ArtifactAt)
	| ({ readonly type: "deposited" } & ArtifactAt)
	| { readonly type: "stone-broken"; readonly tile: TerrainTile }
	| { readonly type: "dropper-soon" }
	| { readonly type: "dropper-arrived" }
	| { readonly type: "stunned"; readonly dropper: 0 | 1 }
	| { readonly type: "recovered"; readonly dropper: 0 | 1 }
	| { readonly type: "trouble-soon" }
	| { readonly type: "stones-placed"; readonly tiles: readonly TerrainTile[] }
	| { readonly type: "jumped" }
	| { readonly type: "touched-down" }
	| { readonly type: "last-tick"; readonly secondsLeft: number }
	| { readonly type: "finished"; readonly result: "won" | "lost"; readonly left: number };

interface ArtifactAt {
	readonly artifactId: string;
	/** Pixels; the middle of its foot. */
	readonly x: number;
	readonly y: number;
}

type WithoutNumbering<T> = T extends unknown ? Omit<T, "id" | "atMs"> : never;
export type PlayMove = WithoutNumbering<Move>;

/**
 * The move that stores an event, or null for one that changes nothing that is stored. Every change
 * of an artifact says where it happened, so that the log alone can show the game again.
 */
export function moveOf(event: PlayEvent): PlayMove | null {
	switch (event.type) {
		case "dropped":
			return { type: "spawn", artifactId: event.artifactId, x: event.x, y: event.y };
		case "landed":
		case "put-down":
			return statusMove(event, "ground");
		case "loosened":
			return statusMove(event, "inAir");
		case "picked-up":
			return statusMove(event, "carried");
		case "deposited":
			return { type: "deposit", artifactId: event.artifactId };
		case "finished":
			return { type: "end", result: event.result };
		default:
			return null;
	}
}

function statusMove({ artifactId, x, y }: ArtifactAt, status: string): PlayMove {
	return { type: "artifact-status", artifactId, status, position: { x, y } };
}
