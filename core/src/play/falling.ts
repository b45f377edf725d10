import type { TerrainTile } from "../schemas.js";
import { FIXED_POINT } from "../session-state.js";
import { boxOf } from "./box.js";
import type { PlayHappening } from "./events.js";
import { FALL_FIXED_PER_STEP, fallFixed } from "./fall.js";
import type { PlayArtifact, PlayWorld } from "./world.js";

/** An event's artifact and place, in pixels. */
export function placeOf({ id, xFixed, yFixed }: PlayArtifact) {
	return { artifactId: id, x: xFixed / FIXED_POINT, y: yFixed / FIXED_POINT };
}

/** Lets every artifact in the air fall for one step, down to the first surface below it. */
export function letFall(world: PlayWorld): PlayHappening[] {
	const happenings: PlayHappening[] = [];
	for (const artifact of world.artifacts) {
		if (artifact.status !== "inAir") continue;
		const floor = surfaceBelow(world.tiles, artifact.xFixed, artifact.yFixed);
		artifact.yFixed += fallFixed(artifact.vyFixed);
		artifact.vyFixed += FALL_FIXED_PER_STEP;
		if (artifact.yFixed < floor) continue;
		artifact.yFixed = floor;
		artifact.vyFixed = 0;
		artifact.status = "ground";
		happenings.push({ type: "landed", ...placeOf(artifact) });
	}
	return happenings;
}

/** Takes a stone away; what lay on it falls. */
export function loosenFrom(world: PlayWorld, stone: TerrainTile): PlayHappening[] {
	world.tiles = world.tiles.filter((tile) => tile !== stone);
	const { left, right, top } = boxOf(stone.bounds);
	const happenings: PlayHappening[] = [];
	for (const artifact of world.artifacts) {
		const { status, xFixed, yFixed } = artifact;
		if (status !== "ground" || yFixed !== top || xFixed < left || xFixed >= right) continue;
		artifact.status = "inAir";
		happenings.push({ type: "loosened", ...placeOf(artifact) });
	}
	return happenings;
}

/** The top of the highest tile at `xFixed` that is not above `yFixed`. The ground is unbroken. */
export function surfaceBelow(
	tiles: readonly TerrainTile[],
	xFixed: number,
	yFixed: number,
): number {
	const tops = tiles
		.map(({ bounds }) => boxOf(bounds))
		.filter(({ left, right, top }) => xFixed >= left && xFixed < right && top >= yFixed)
		.map(({ top }) => top);
	return Math.min(...tops);
}
