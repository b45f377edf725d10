import {
	BIN,
	GROUND_Y,
	PLAYER_SIZE,
	PLAYER_START_X,
	type ReplayMove,
	RUN_PX_PER_S,
	STONE_HEIGHT,
	type TerrainTile,
} from "@savepoint/core";

/** Where the keeper certainly was. */
interface Stop {
	readonly atMs: number;
	/** Left edge and top. */
	readonly x: number;
	readonly y: number;
}

export interface KeeperPath {
	at(timeMs: number): {
		readonly x: number;
		readonly y: number;
		readonly facing: -1 | 1;
		readonly running: boolean;
		readonly standing: boolean;
	};
}

const ON_GROUND = GROUND_Y - PLAYER_SIZE;
const RUN_PX_PER_MS = RUN_PX_PER_S / 1000;
const HOP_MS = 420;

/**
 * The keeper's way through the moves: it waits where it was last seen and runs so that it arrives
 * in time, as a player would have.
 */
export function pathOf(moves: readonly ReplayMove[], tiles: readonly TerrainTile[]): KeeperPath {
	const stops = stopsOf(moves, tiles);
	return {
		at(timeMs) {
			const next = stops.findIndex(({ atMs }) => atMs > timeMs);
			const from = stops[next < 0 ? stops.length - 1 : Math.max(0, next - 1)] ?? START;
			const to = next < 0 ? from : (stops[next] ?? from);
			const gap = to.x - from.x;
			const runMs = Math.min(to.atMs - from.atMs, Math.abs(gap) / RUN_PX_PER_MS);
			const leftMs = to.atMs - timeMs;
			const running = runMs > 0 && leftMs < runMs;
			const x = running ? to.x - (gap * leftMs) / runMs : from.x;
			const y = heightAt(from, to, timeMs);
			const facing = gap < 0 ? -1 : 1;
			const standing = y === ON_GROUND || y === from.y || y === to.y;
			return { x: next < 0 ? to.x : x, y, facing, running, standing };
		},
	};
}

const START: Stop = { atMs: 0, x: PLAYER_START_X, y: ON_GROUND };

function stopsOf(moves: readonly ReplayMove[], tiles: readonly TerrainTile[]): Stop[] {
	const stops: Stop[] = [START];
	const carried = new Set<string>();
	const lying = new Set<string>();
	for (const { type, artifactId = "", status, position, atMs } of moves) {
		const middle = (position?.x ?? BIN.x) - PLAYER_SIZE / 2;
		const x = Math.max(0, Math.min(middle, BIN.x - PLAYER_SIZE));
		const on = (foot: number) => Math.min(ON_GROUND, foot - PLAYER_SIZE);
		if (type === "deposit") {
			stops.push({ atMs, x: BIN.x - PLAYER_SIZE, y: ON_GROUND });
		} else if (position === undefined) {
			continue;
		} else if (status === "carried") {
			stops.push({ atMs, x, y: on(position.y) });
		} else if (status === "ground" && carried.has(artifactId)) {
			stops.push({ atMs, x, y: on(position.y) });
		} else if (status === "inAir" && lying.has(artifactId) && isOnStone(tiles, position)) {
			stops.push({ atMs, x, y: position.y + STONE_HEIGHT });
		}
		carried.delete(artifactId);
		lying.delete(artifactId);
		if (status === "carried") carried.add(artifactId);
		if (status === "ground") lying.add(artifactId);
	}
	return stops;
}

/** On its feet between two stops, with a hop up before the next or down after the last. */
function heightAt(from: Stop, to: Stop, timeMs: number): number {
	const sinceMs = timeMs - from.atMs;
	const leftMs = to.atMs - timeMs;
	if (from.y < ON_GROUND && sinceMs < HOP_MS && from !== to) {
		return from.y + (ON_GROUND - from.y) * (sinceMs / HOP_MS) ** 2;
	}
	if (to.y < ON_GROUND && leftMs < HOP_MS) {
		return to.y + (ON_GROUND - to.y) * (Math.max(0, leftMs) / HOP_MS) ** 2;
	}
	return from === to ? to.y : ON_GROUND;
}

function isOnStone(
	tiles: readonly TerrainTile[],
	{ x, y }: { readonly x: number; readonly y: number },
): boolean {
	return tiles.some(
		({ type, bounds }) =>
			type === "stone" && bounds.y === y && x >= bounds.x && x < bounds.x + bounds.width,
	);
}
