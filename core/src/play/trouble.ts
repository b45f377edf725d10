import {
	BIN,
	STONE_CLEARANCE_PX,
	STONE_HEIGHT,
	STONE_TOPS,
	STONE_WIDTH,
	TROUBLE_FIRST_MS,
	TROUBLE_SECOND_MS,
	TROUBLE_SECOND_PERCENT,
	TROUBLE_STONES,
} from "../game-facts.js";
import type { Level } from "../level.js";
import { DURATION_SECONDS_DEFAULT } from "../limits.js";
import { type Draw, drawFrom, STREAMS } from "../random.js";
import { wayTo } from "../reach.js";
import type { TerrainTile } from "../schemas.js";

/** One visit of the troublemaker. */
export interface TroubleWave {
	readonly atMs: number;
	readonly tiles: readonly TerrainTile[];
}

/** Where an extra stone may begin and end: left of the bin by its clearance, anywhere else. */
const ROOM = { left: 8, right: BIN.x - STONE_CLEARANCE_PX } as const;
/** How closely stones may stand: as in the level while there is room, then closer. */
const GAPS_PX = [STONE_CLEARANCE_PX, 64, 32, 8] as const;
const TRIES = 40;
/** The grid on which drops are placed. */
const CHECK_STEP_PX = 4;

/**
 * When the troublemaker comes and what it leaves: the same for a seed on every machine. The windows
 * are those of a sprint of 60 s; other lengths keep their share. After each visit every place is
 * still within the player's reach (`reach.ts`), whichever of the stones are broken by then.
 */
export function planTrouble(seed: number, durationMs: number, level: Level): TroubleWave[] {
	const draw = drawFrom(seed, STREAMS.trouble);
	const share = durationMs / (DURATION_SECONDS_DEFAULT * 1000);
	const within = ({ min, max }: { readonly min: number; readonly max: number }) =>
		draw(Math.ceil(min * share), Math.floor(max * share));

	const times = [within(TROUBLE_FIRST_MS)];
	if (draw(1, 100) <= TROUBLE_SECOND_PERCENT) times.push(within(TROUBLE_SECOND_MS));

	const standing = [...level.terrain];
	return times.map((atMs, wave) => {
		const tiles: TerrainTile[] = [];
		const wanted = draw(TROUBLE_STONES.min, TROUBLE_STONES.max);
		for (let nth = 0; nth < wanted; nth += 1) {
			const tile = drawStone(draw, standing, `extra-${wave}-${nth}`);
			if (tile === null) continue;
			tiles.push(tile);
			standing.push(tile);
		}
		return { atMs, tiles };
	});
}

/** A stone that finds room among the others; the gap shrinks when there is none. */
function drawStone(draw: Draw, standing: readonly TerrainTile[], id: string): TerrainTile | null {
	for (const gap of GAPS_PX) {
		for (let attempt = 0; attempt < TRIES; attempt += 1) {
			const width = draw(STONE_WIDTH.min, STONE_WIDTH.max);
			const x = draw(ROOM.left, ROOM.right - width);
			const y = STONE_TOPS[draw(0, 1)] ?? STONE_TOPS[0];
			const tile: TerrainTile = {
				id,
				type: "stone",
				bounds: { x, y, width, height: STONE_HEIGHT },
			};
			if (keepsApart(standing, tile, gap) && staysReachable([...standing, tile])) return tile;
		}
	}
	return null;
}

function keepsApart(standing: readonly TerrainTile[], tile: TerrainTile, gapPx: number): boolean {
	const { x, width } = tile.bounds;
	return standing.every(
		({ type, bounds }) =>
			type === "ground" || x >= bounds.x + bounds.width + gapPx || x + width + gapPx <= bounds.x,
	);
}

function staysReachable(terrain: readonly TerrainTile[]): boolean {
	for (let x = 0; x < BIN.x; x += CHECK_STEP_PX) {
		if (wayTo(terrain, x) === null) return false;
	}
	return true;
}
