import { LEVEL_HEIGHT, LEVEL_WIDTH } from "./limits.js";

/**
 * The numbers of the game. Source: the user's service, whose rules and feel are kept; a number here
 * is changed only together with `LEVEL_VERSION` when it shapes a level.
 *
 * Pixels, with y growing downwards. A tile's y is its top.
 */

// The arena: `LEVEL_WIDTH` × `LEVEL_HEIGHT`, on one screen.
export const GROUND_Y = 559;
export const GROUND_HEIGHT = LEVEL_HEIGHT - GROUND_Y;
export const BIN = { x: 877, y: 449, width: 90, height: 110 } as const;

// The player: a square, placed by its left edge.
export const PLAYER_SIZE = 64;
export const PLAYER_START_X = 80;
export const RUN_PX_PER_S = 324;
export const JUMP_PX_PER_S = 520;
export const GRAVITY_PX_PER_S2 = 900;
/** v² / 2g, a little over 150 px. */
export const JUMP_APEX_PX = (JUMP_PX_PER_S * JUMP_PX_PER_S) / (2 * GRAVITY_PX_PER_S2);
export const PICK_UP_PX = 15;
export const PLAYER_SPEED_PERCENT = 100;

// Droppers walk on the top floor and let an artifact go at this height.
export const DROPPER_Y = 210;
export const DROP_INTERVAL_MS = 6000;
/** In a sprint of 60 s the second dropper arrives at 27 to 33 s; other lengths keep the share. */
export const SECOND_DROPPER_PERCENT = { min: 45, max: 55 } as const;
/** A dropper that is touched by a player who carries something stands still this long. */
export const DROPPER_STUN_MS = 10_000;

// Stones float: the player walks below them, jumps onto them or breaks them from below.
export const STONE_HEIGHT = 32;
export const STONE_WIDTH = { min: 32, max: 64 } as const;
export const STONE_TOPS = [463, 399] as const;
/** Free space between two stones, and between a stone and the bin or the player's start. */
export const STONE_CLEARANCE_PX = 80;

/** The troublemaker puts extra stones: always in the first window, half the time in the second. */
export const TROUBLE_STONES = { min: 1, max: 5 } as const;
export const TROUBLE_FIRST_MS = { min: 10_000, max: 20_000 } as const;
export const TROUBLE_SECOND_MS = { min: 40_000, max: 50_000 } as const;
export const TROUBLE_SECOND_PERCENT = 50;

// What the player is shown.
export const WORRIED_FROM_ARTIFACTS = 4;
export const LAST_TICKS_MS = 10_000;

export const ARENA = { x: 0, y: 0, width: LEVEL_WIDTH, height: LEVEL_HEIGHT } as const;
