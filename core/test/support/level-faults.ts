import {
	BIN,
	DROP_INTERVAL_MS,
	DROPPER_Y,
	GROUND_Y,
	type Level,
	PLAYER_SIZE,
	PLAYER_START_X,
	STONE_CLEARANCE_PX,
	STONE_HEIGHT,
	STONE_TOPS,
	STONE_WIDTH,
	wayTo,
} from "@savepoint/core";

/** What may be wrong with a level. */
export type LevelFault =
	| "no drops"
	| "a drop nobody can reach"
	| "no way home"
	| "no time to bring all home"
	| "drops out of order or rhythm"
	| "a stone of a strange size or height"
	| "a stone too near to another, the start or the bin"
	| "two tiles of one name"
	| "no ground";

/**
 * Everything that is wrong with a level, said again from the rules and without the generator: it
 * shares only the model of what a player can reach.
 */
export function levelFaults(level: Level, durationMs: number): LevelFault[] {
	const faults: LevelFault[] = [];
	const check = (isRight: boolean, fault: LevelFault) => {
		if (!isRight) faults.push(fault);
	};
	const { terrain, drops } = level;
	const stones = terrain.filter(({ type }) => type === "stone").map(({ bounds }) => bounds);
	const isSized = stones.every(
		({ y, width, height }) =>
			STONE_TOPS.some((top) => top === y) &&
			height === STONE_HEIGHT &&
			width >= STONE_WIDTH.min &&
			width <= STONE_WIDTH.max,
	);
	check(terrain.some(isWholeGround), "no ground");
	check(isSized, "a stone of a strange size or height");
	check(keepApart(stones), "a stone too near to another, the start or the bin");
	check(new Set(terrain.map(({ id }) => id)).size === terrain.length, "two tiles of one name");
	check(drops.length > 0, "no drops");
	check(areInRhythm(level, durationMs), "drops out of order or rhythm");
	check(
		drops.every(({ x }) => wayTo(terrain, x) !== null),
		"a drop nobody can reach",
	);
	// Whoever can walk up to the bin can walk there from anywhere that is walked to.
	check(wayTo(terrain, BIN.x - 1) === "walk", "no way home");
	check(steadyPlayerIsDoneAtMs(level) < durationMs, "no time to bring all home");
	return faults;
}

/**
 * A player at four fifths of full speed, who takes one artifact after the other in the order in
 * which they fall. Infinity: one of them cannot be reached.
 */
export function steadyPlayerIsDoneAtMs({ terrain, drops }: Level): number {
	const pickUpMs = { walk: 300, stand: 700, break: 1100 };
	const msTo = (x: number) => ((BIN.x - PLAYER_SIZE / 2 - x) / (324 * 0.8)) * 1000;
	let nowMs = 0;
	for (const { x, atMs } of drops) {
		const way = wayTo(terrain, x);
		if (way === null) return Number.POSITIVE_INFINITY;
		nowMs = Math.max(nowMs + msTo(x), atMs + 881) + pickUpMs[way] + msTo(x);
	}
	return nowMs;
}

function isWholeGround({ type, bounds }: Level["terrain"][number]): boolean {
	return type === "ground" && bounds.x <= 0 && bounds.y === GROUND_Y && bounds.width >= 1024;
}

function keepApart(stones: readonly { readonly x: number; readonly width: number }[]): boolean {
	let freeFrom = PLAYER_START_X + PLAYER_SIZE;
	for (const { x, width } of [...stones].sort((a, b) => a.x - b.x)) {
		if (x - freeFrom < STONE_CLEARANCE_PX) return false;
		freeFrom = x + width;
	}
	return BIN.x - freeFrom >= STONE_CLEARANCE_PX;
}

function areInRhythm({ drops, secondDropperAtMs }: Level, durationMs: number): boolean {
	const lastAtMs = [0, secondDropperAtMs];
	let beforeMs = 0;
	return drops.every(({ atMs, y, dropper }) => {
		const isInTime = atMs >= beforeMs && atMs < durationMs && y === DROPPER_Y;
		const isInRhythm = atMs - (lastAtMs[dropper] ?? 0) === DROP_INTERVAL_MS;
		lastAtMs[dropper] = atMs;
		beforeMs = atMs;
		return isInTime && isInRhythm;
	});
}
