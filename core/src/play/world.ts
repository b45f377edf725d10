import { GROUND_Y, PLAYER_SIZE, PLAYER_START_X } from "../game-facts.js";
import { generateLevel, type Level } from "../level.js";
import type { TerrainTile } from "../schemas.js";
import { FIXED_POINT } from "../session-state.js";
import { planTrouble, type TroubleWave } from "./trouble.js";

/**
 * The game as it is played: one screen, moved on in fixed steps by `step.ts`. Everything that
 * decides anything is here and nowhere else; a browser draws it, a bot and a test play it.
 *
 * Positions and speeds are whole thousandths of a pixel, times whole milliseconds, so that a game
 * played again from the same inputs is the same game, in every engine.
 */

/** What never changes in a game: it all follows from the seed and the duration. */
export interface Course {
	readonly seed: number;
	readonly durationMs: number;
	readonly level: Level;
	readonly trouble: readonly TroubleWave[];
}

/** What is held down now. The step itself finds out what was newly pressed. */
export interface PlayInput {
	readonly left: boolean;
	readonly right: boolean;
	readonly jump: boolean;
	/** Pick up or put down. */
	readonly act: boolean;
}
export const NO_INPUT: PlayInput = { left: false, right: false, jump: false, act: false };

export interface Player {
	/** Left edge and top of the square. */
	xFixed: number;
	yFixed: number;
	vyFixed: number;
	facing: -1 | 1;
	running: boolean;
	standing: boolean;
	/** Until when a jump still counts as made from the edge just left. */
	edgeUntilMs: number;
	/** Until when a jump that was pressed too early is still made. */
	jumpUntilMs: number;
	heldJump: boolean;
	heldAct: boolean;
}

export type PlayStatus = "inAir" | "ground" | "carried" | "deposited";
export interface PlayArtifact {
	readonly id: string;
	/** The middle of its foot. */
	xFixed: number;
	yFixed: number;
	vyFixed: number;
	status: PlayStatus;
}

export interface Dropper {
	/** Where and when it last let go or came to itself; from there it walks to its next drop. */
	fromXFixed: number;
	fromMs: number;
	stunnedUntilMs: number;
}

/** Everything that changes. Plain data: it can be written as JSON and read back. */
export interface PlayWorld {
	timeMs: number;
	player: Player;
	/** Ground and stones that stand now; another array whenever they change. */
	tiles: readonly TerrainTile[];
	/** Extra stones that wait until the player is out of their way. */
	waitingTiles: TerrainTile[];
	artifacts: PlayArtifact[];
	droppers: [Dropper, Dropper];
	nextDrop: number;
	nextTrouble: number;
	result: "won" | "lost" | null;
}

/** `durationMs`: whole milliseconds, 10 to 600 s; `seed`: an unsigned 32-bit integer. */
export function courseOf(seed: number, durationMs: number): Course {
	const level = generateLevel(seed, durationMs);
	return { seed, durationMs, level, trouble: planTrouble(seed, durationMs, level) };
}

/** The world at the start, before its first step. */
export function newWorld(course: Course): PlayWorld {
	return {
		timeMs: 0,
		player: {
			xFixed: PLAYER_START_X * FIXED_POINT,
			yFixed: (GROUND_Y - PLAYER_SIZE) * FIXED_POINT,
			vyFixed: 0,
			facing: 1,
			running: false,
			standing: true,
			edgeUntilMs: 0,
			jumpUntilMs: 0,
			heldJump: false,
			heldAct: false,
		},
		tiles: [...course.level.terrain],
		waitingTiles: [],
		artifacts: [],
		droppers: [
			{ fromXFixed: ENTRY_X_FIXED[0], fromMs: 0, stunnedUntilMs: 0 },
			{ fromXFixed: ENTRY_X_FIXED[1], fromMs: course.level.secondDropperAtMs, stunnedUntilMs: 0 },
		],
		nextDrop: 0,
		nextTrouble: 0,
		result: null,
	};
}

/** Droppers come in from outside the picture, one from each side. */
const ENTRY_X_FIXED = [-60 * FIXED_POINT, 1084 * FIXED_POINT] as const;

export function carriedArtifact(world: PlayWorld): PlayArtifact | null {
	return world.artifacts.find((artifact) => artifact.status === "carried") ?? null;
}

/** The score: artifacts lying about now. Fewer is better. */
export function lyingCount(world: PlayWorld): number {
	return world.artifacts.filter((artifact) => artifact.status === "ground").length;
}

/** What still stands between the player and a win, wherever it is. */
export function leftCount(world: PlayWorld): number {
	return world.artifacts.filter((artifact) => artifact.status !== "deposited").length;
}
