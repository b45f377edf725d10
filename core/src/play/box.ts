import { BIN, PLAYER_SIZE } from "../game-facts.js";
import { FIXED_POINT } from "../session-state.js";
import type { Player } from "./world.js";

/** A rectangle in thousandths of a pixel. */
export interface Box {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** In pixels. */
interface Rectangle {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export const PLAYER_FIXED = PLAYER_SIZE * FIXED_POINT;
export const BIN_BOX: Box = boxOf(BIN);

export function boxOf({ x, y, width, height }: Rectangle): Box {
	return {
		left: x * FIXED_POINT,
		right: (x + width) * FIXED_POINT,
		top: y * FIXED_POINT,
		bottom: (y + height) * FIXED_POINT,
	};
}

export function playerBox({ xFixed, yFixed }: Player): Box {
	return {
		left: xFixed,
		right: xFixed + PLAYER_FIXED,
		top: yFixed,
		bottom: yFixed + PLAYER_FIXED,
	};
}

/** Boxes that only touch do not overlap: the player walks along stones and stands on them. */
export function overlap(a: Box, b: Box): boolean {
	return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

export function widened({ left, right, top, bottom }: Box, by: number): Box {
	return { left: left - by, right: right + by, top: top - by, bottom: bottom + by };
}

export function contains(box: Box, xFixed: number, yFixed: number): boolean {
	return xFixed >= box.left && xFixed <= box.right && yFixed >= box.top && yFixed <= box.bottom;
}
