import { paintKeeper } from "../art/keeper.js";
import {
	paintCloudFloor,
	paintFarStars,
	paintGround,
	paintHills,
	paintMoon,
	paintSky,
} from "../art/land.js";
import { paintOwl } from "../art/owl.js";
import type { Paint } from "../art/palette.js";
import { put as putOn } from "../art/pen.js";
import { paintGlow, paintJar, paintStar, paintStone } from "../art/things.js";

/** The picture of the start screen: the game's own painters, before the engine is there. */
export function paintHero(canvas: HTMLCanvasElement): void {
	const ctx = canvas.getContext("2d");
	if (ctx === null) return;
	// Painted for 1024 × 480, on a canvas that is sharp on a large screen, too.
	ctx.setTransform(canvas.width / 1024, 0, 0, canvas.height / 480, 0, 0);
	const put = (x: number, y: number, size: number, paint: Paint) => putOn(ctx, [x, y, size], paint);
	put(0, 0, 1, (at) => paintSky(at, 0, [1024, 480]));
	put(0, -20, 1, paintFarStars);
	put(800, -20, 1, paintMoon);
	for (const [nth, y] of [250, 270, 292].entries()) {
		put(-60, y, 1, (at) => paintHills(at, nth === 0 ? 0 : nth === 1 ? 1 : 2));
	}
	put(610, 72, 1.35, (at) => paintOwl(at, 0, "sleepy"));
	put(720, 84, 1.15, (at) => paintOwl(at, 1, "awake"));
	put(490, 118, 1, (at) => paintCloudFloor(at, 400));
	put(480, 290, 1, (at) => paintStone(at, 64));
	put(0, 390, 1, paintGround);
	put(850, 210, 1.25, paintGlow);
	put(846, 257, 1.15, paintJar);
	for (const [kind, x, y, size] of [
		[4, 868, 355, 0.62],
		[0, 896, 352, 0.62],
		[2, 922, 356, 0.62],
		[1, 881, 334, 0.62],
		[3, 908, 332, 0.62],
		[0, 768, 178, 0.8],
		[1, 500, 254, 0.9],
		[4, 560, 365, 0.8],
	] as const) {
		put(x, y, size, (at) => paintStar(at, kind));
	}
	put(648, 266, 0.85, paintGlow);
	put(655, 310, 1.4, (at) => paintKeeper(at, "glad"));
	put(678, 262, 1.05, (at) => paintStar(at, 0));
}
