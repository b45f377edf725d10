import { paintKeeper } from "../art/keeper.js";
import { paintDawn, paintFarStars, paintGround, paintHills, paintSky } from "../art/land.js";
import { irregular, put } from "../art/pen.js";
import { paintGlow, paintJar, paintStar, STAR_KINDS } from "../art/things.js";
import type { Ending } from "./result-screen.js";

/** Canvas pixels: those of the scene, seen from near. */
const SIZE = { width: 1024, height: 400 } as const;
const GROUND_Y = 320;
const IN_ROW = 4;
/** What does not fit in does not have to be counted in the picture: the text says how many. */
const SHOWN_MAX = 16;

/** How the night ended: dawn over the hills, what is in the jar, and what was left outside. */
export function paintEnding(canvas: HTMLCanvasElement, { result, home, left }: Ending): void {
	const ctx = canvas.getContext("2d");
	if (ctx === null) return;
	const isWon = result === "won";
	const light = isWon ? 0.55 : 1;
	paintSky(ctx, light, [SIZE.width, SIZE.height]);
	ctx.globalAlpha = 1 - light;
	put(ctx, [0, 0, 1], paintFarStars);
	ctx.globalAlpha = 1;
	put(ctx, [-110, -180, 1], (at) => paintDawn(at, light));
	for (const [nth, y] of ([172, 192, 214] as const).entries()) {
		put(ctx, [-60, y, 1], (at) => paintHills(at, nth === 0 ? 0 : nth === 1 ? 1 : 2));
	}
	put(ctx, [0, GROUND_Y - 10, 1], paintGround);

	put(ctx, [560, 60, 2.3 + Math.min(1, home / 12)], paintGlow);
	put(ctx, [610, GROUND_Y - 204, 1.7], paintJar);
	for (let nth = 0; nth < Math.min(home, SHOWN_MAX); nth += 1) {
		const row = Math.floor(nth / IN_ROW);
		const x = 648 + (nth % IN_ROW) * 30 + (row % 2) * 8;
		put(ctx, [x, GROUND_Y - 46 - row * 29, 0.86], (at) => paintStar(at, nth % STAR_KINDS));
	}
	for (let nth = 0; nth < Math.min(left, SHOWN_MAX); nth += 1) {
		const x = 40 + irregular(nth + 3) * 280 + (nth % 2) * 620;
		put(ctx, [x, GROUND_Y - 32 + irregular(nth) * 16, 0.95], (at) =>
			paintStar(at, nth % STAR_KINDS),
		);
	}
	put(ctx, [400, GROUND_Y - 146, 2.4], (at) => paintKeeper(at, isWon ? "proud" : "sad"));
}
