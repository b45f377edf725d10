import {
	BIN,
	GROUND_HEIGHT,
	GROUND_Y,
	PLAYER_SIZE,
	PLAYER_START_X,
	STONE_CLEARANCE_PX,
	STONE_HEIGHT,
	STONE_TOPS,
	STONE_WIDTH,
} from "./game-facts.js";
import { LEVEL_WIDTH } from "./limits.js";
import type { Draw } from "./random.js";
import type { TerrainTile } from "./schemas.js";

/** The most stones of the greatest width that keep their distance between start and bin. */
const STONE_COUNT = { min: 2, max: 4 } as const;
const STONES_LEFT = PLAYER_START_X + PLAYER_SIZE + STONE_CLEARANCE_PX;
/**
 * No stone reaches further right. `level-drops.ts` relies on free ground between here and the bin.
 */
export const STONES_RIGHT = BIN.x - STONE_CLEARANCE_PX;

/**
 * The ground and its stones, from left to right. The distances hold by construction: stones stand
 * at their least distance, and what room is left over is shared out at random.
 */
export function drawTerrain(draw: Draw): TerrainTile[] {
	const ground: TerrainTile = {
		id: "ground-0",
		type: "ground",
		bounds: { x: 0, y: GROUND_Y, width: LEVEL_WIDTH, height: GROUND_HEIGHT },
	};
	const widths = drawMany(draw, draw(STONE_COUNT.min, STONE_COUNT.max), STONE_WIDTH);
	const taken = sum(widths) + (widths.length - 1) * STONE_CLEARANCE_PX;
	const roomLeft = STONES_RIGHT - STONES_LEFT - taken;
	const shifts = drawMany(draw, widths.length, { min: 0, max: roomLeft }).sort((a, b) => a - b);

	const tiles = [ground];
	let left = STONES_LEFT;
	for (const [index, width] of widths.entries()) {
		const x = left + (shifts[index] ?? 0);
		const y = STONE_TOPS[draw(0, 1)] ?? STONE_TOPS[0];
		const bounds = { x, y, width, height: STONE_HEIGHT };
		tiles.push({ id: `stone-${index}`, type: "stone", bounds });
		left += width + STONE_CLEARANCE_PX;
	}
	return tiles;
}

function drawMany(
	draw: Draw,
	count: number,
	range: { readonly min: number; readonly max: number },
): number[] {
	return Array.from({ length: count }, () => draw(range.min, range.max));
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
