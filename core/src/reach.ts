import {
	BIN,
	DROPPER_Y,
	GROUND_Y,
	JUMP_APEX_PX,
	PICK_UP_PX,
	PLAYER_SIZE,
	PLAYER_START_X,
} from "./game-facts.js";
import { LEVEL_WIDTH } from "./limits.js";
import type { TerrainTile } from "./schemas.js";

/**
 * Where a dropped artifact comes to lie, and whether the player can get to it.
 *
 * The model is small and careful: it may miss a way that a skilled player finds (hopping from stone
 * to stone, picking up in flight), it never promises one that is not there.
 * - The player is a square that starts on the ground and walks there until a wall, the bin or a
 *   stone
 *   that hangs lower than its head stops it.
 * - "walk": the artifact lies on the ground, within pick-up range of such a place.
 * - "stand": it lies on a stone whose top a jump reaches with some pixels to spare, with room to
 *   jump
 *   beside the stone and room to stand on it.
 * - "break": the player can stand below the stone and hit it; the stone is gone, what lay on it
 *   falls,
 *   and the question is asked again without that stone.
 * An artifact is a point, at the middle of its foot. The ground is unbroken.
 */
export type Way = "walk" | "stand" | "break";

interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** A jump that the model relies on ends this much below the apex, where nobody has to be exact. */
const JUMP_SPARE_PX = 8;
const JUMP_PX = JUMP_APEX_PX - JUMP_SPARE_PX;

/** The tile on which an artifact dropped at `x` lies; null over the bin and outside the ground. */
export function restingSurface(terrain: readonly TerrainTile[], x: number): TerrainTile | null {
	if (x >= BIN.x && x < BIN.x + BIN.width) return null;
	let highest: TerrainTile | null = null;
	for (const tile of terrain) {
		const { left, right, top } = boxOf(tile);
		if (x < left || x >= right || top < DROPPER_Y) continue;
		if (highest === null || top < highest.bounds.y) highest = tile;
	}
	return highest;
}

/** How the player gets to an artifact dropped at `x`; null when the model knows no way. */
export function wayTo(terrain: readonly TerrainTile[], x: number): Way | null {
	const tile = restingSurface(terrain, x);
	if (tile === null) return null;
	if (tile.type === "ground") return isInPickUpRange(terrain, x) ? "walk" : null;

	if (canStandOn(terrain, tile)) return "stand";

	const without = terrain.filter((other) => other !== tile);
	return canHitFromBelow(terrain, tile, x) && wayTo(without, x) !== null ? "break" : null;
}

function boxOf({ bounds }: TerrainTile): Box {
	const { x, y, width, height } = bounds;
	return { left: x, right: x + width, top: y, bottom: y + height };
}

/**
 * The stretch of ground that the player's square can walk from its start; null when it is stuck
 * there.
 */
function walkableSpan(terrain: readonly TerrainTile[]): { left: number; right: number } | null {
	let left = 0;
	let right: number = Math.min(BIN.x, LEVEL_WIDTH);
	for (const tile of terrain) {
		const box = boxOf(tile);
		if (box.bottom <= GROUND_Y - PLAYER_SIZE || box.top >= GROUND_Y) continue;
		if (box.right <= PLAYER_START_X) left = Math.max(left, box.right);
		else if (box.left >= PLAYER_START_X + PLAYER_SIZE) right = Math.min(right, box.left);
		else return null;
	}
	return { left, right };
}

function isInPickUpRange(terrain: readonly TerrainTile[], x: number): boolean {
	const span = walkableSpan(terrain);
	return span !== null && x >= span.left - PICK_UP_PX && x <= span.right + PICK_UP_PX;
}

function canStandOn(terrain: readonly TerrainTile[], tile: TerrainTile): boolean {
	const span = walkableSpan(terrain);
	const { left, right, top } = boxOf(tile);
	if (span === null || GROUND_Y - top > JUMP_PX) return false;

	const head = top - PLAYER_SIZE;
	for (const side of [left - PLAYER_SIZE, right]) {
		const jump = { left: side, right: side + PLAYER_SIZE, top: head, bottom: GROUND_Y };
		const onto = {
			left: Math.min(jump.left, left),
			right: Math.max(jump.right, right),
			top: head,
			bottom: top,
		};
		const fits = jump.left >= span.left && jump.right <= span.right;
		if (fits && isFree(terrain, jump, tile) && isFree(terrain, onto, tile)) return true;
	}
	return false;
}

function canHitFromBelow(terrain: readonly TerrainTile[], tile: TerrainTile, x: number): boolean {
	const span = walkableSpan(terrain);
	if (span === null || x < span.left || x > span.right) return false;
	const { top, bottom } = boxOf(tile);
	const rise = GROUND_Y - PLAYER_SIZE - bottom;
	if (rise < 0 || rise > JUMP_PX) return false;

	const wanted = x - PLAYER_SIZE / 2;
	const left = Math.min(Math.max(wanted, span.left), span.right - PLAYER_SIZE);
	// Up to the tile's top: a neighbour that reaches into the column could be the one that is hit.
	return isFree(terrain, { left, right: left + PLAYER_SIZE, top, bottom: GROUND_Y }, tile);
}

function isFree(terrain: readonly TerrainTile[], room: Box, except: TerrainTile): boolean {
	return terrain.every((tile) => {
		const box = boxOf(tile);
		const apart = box.right <= room.left || box.left >= room.right;
		return tile === except || apart || box.bottom <= room.top || box.top >= room.bottom;
	});
}
