import { ARENA, GROUND_Y, JUMP_PX_PER_S, RUN_PX_PER_S } from "../game-facts.js";
import type { TerrainTile } from "../schemas.js";
import { FIXED_POINT } from "../session-state.js";
import { BIN_BOX, type Box, boxOf, overlap, PLAYER_FIXED, playerBox } from "./box.js";
import type { PlayHappening } from "./events.js";
import { FALL_FIXED_PER_STEP, fallFixed } from "./fall.js";
import { loosenFrom } from "./falling.js";
import { STEP_MS } from "./step-ms.js";
import type { PlayInput, PlayWorld } from "./world.js";

const RUN_FIXED_PER_STEP = RUN_PX_PER_S * STEP_MS;
const JUMP_FIXED_PER_S = JUMP_PX_PER_S * FIXED_POINT;
/** A jump pressed a moment too late or too early is meant all the same. */
const EDGE_MS = 80;
const EARLY_JUMP_MS = 120;

/** Runs, jumps and falls for one step; a stone that is hit from below breaks. */
export function movePlayer(world: PlayWorld, input: PlayInput): PlayHappening[] {
	const happenings: PlayHappening[] = [];
	run(world, input);
	if (startsJump(world, input)) {
		world.player.vyFixed = -JUMP_FIXED_PER_S;
		world.player.standing = false;
		happenings.push({ type: "jumped" });
	}
	happenings.push(...riseOrFall(world));
	return happenings;
}

function run({ player, tiles }: PlayWorld, input: PlayInput): void {
	const direction = Number(input.right) - Number(input.left);
	player.running = direction !== 0;
	if (direction === 0) return;

	player.facing = direction > 0 ? 1 : -1;
	player.xFixed += direction * RUN_FIXED_PER_STEP;
	player.xFixed = Math.max(0, Math.min(player.xFixed, ARENA.width * FIXED_POINT - PLAYER_FIXED));
	const stopAt = (wall: Box) => {
		if (!overlap(playerBox(player), wall)) return;
		player.xFixed = direction > 0 ? wall.left - PLAYER_FIXED : wall.right;
	};
	stopAt(BIN_BOX);
	for (const stone of stoneBoxes(tiles)) stopAt(stone);
}

function startsJump({ player, timeMs }: PlayWorld, input: PlayInput): boolean {
	if (input.jump && !player.heldJump) player.jumpUntilMs = timeMs + EARLY_JUMP_MS;
	player.heldJump = input.jump;
	if (player.standing) player.edgeUntilMs = timeMs + EDGE_MS;
	if (timeMs > player.jumpUntilMs || timeMs > player.edgeUntilMs) return false;
	player.jumpUntilMs = 0;
	player.edgeUntilMs = 0;
	return true;
}

function riseOrFall(world: PlayWorld): PlayHappening[] {
	const { player, tiles } = world;
	const wasStanding = player.standing;
	player.yFixed += fallFixed(player.vyFixed);
	player.vyFixed += FALL_FIXED_PER_STEP;
	player.standing = false;

	const happenings: PlayHappening[] = [];
	if (player.vyFixed <= 0) {
		const hit = hitStone(playerBox(player), tiles);
		if (hit !== null) {
			player.yFixed = boxOf(hit.bounds).bottom;
			player.vyFixed = 0;
			happenings.push({ type: "stone-broken", tile: hit });
			happenings.push(...loosenFrom(world, hit));
		}
	} else {
		land(world);
		if (player.standing && !wasStanding) happenings.push({ type: "touched-down" });
	}
	return happenings;
}

function land({ player, tiles }: PlayWorld): void {
	const feet = player.yFixed + PLAYER_FIXED;
	const box = playerBox(player);
	let floor = GROUND_Y * FIXED_POINT;
	if (overlap(box, BIN_BOX)) floor = Math.min(floor, BIN_BOX.top);
	for (const stone of stoneBoxes(tiles)) {
		if (overlap(box, stone)) floor = Math.min(floor, stone.top);
	}
	if (feet < floor) return;
	player.yFixed = floor - PLAYER_FIXED;
	player.vyFixed = 0;
	player.standing = true;
}

/** The stone that is hit: where there are two, the one above more of the player. */
function hitStone(player: Box, tiles: readonly TerrainTile[]): TerrainTile | null {
	let hit: TerrainTile | null = null;
	let shared = 0;
	for (const tile of tiles) {
		if (tile.type !== "stone" || !overlap(player, boxOf(tile.bounds))) continue;
		const { left, right } = boxOf(tile.bounds);
		const width = Math.min(right, player.right) - Math.max(left, player.left);
		if (width > shared) [hit, shared] = [tile, width];
	}
	return hit;
}

/** Tiles change a few times in a game and are asked for twice a step. */
const boxesOfTiles = new WeakMap<readonly TerrainTile[], readonly Box[]>();

function stoneBoxes(tiles: readonly TerrainTile[]): readonly Box[] {
	const known = boxesOfTiles.get(tiles);
	if (known !== undefined) return known;
	const stones = tiles.filter(({ type }) => type === "stone");
	const boxes = stones.map(({ bounds }) => boxOf(bounds));
	boxesOfTiles.set(tiles, boxes);
	return boxes;
}
