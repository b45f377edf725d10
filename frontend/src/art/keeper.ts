import { COLORS } from "./palette.js";
import { blob, disc, fade, line, shape } from "./pen.js";

type Ctx = CanvasRenderingContext2D;

/** How the keeper feels: it decides the face, nothing else. */
export type Mood = "glad" | "worried" | "proud" | "sad";
export const MOODS: readonly Mood[] = ["glad", "worried", "proud", "sad"];

/** Body, coat and hat in a square of 64, feet and face apart so that they can move. */
export function paintKeeperBody(ctx: Ctx): void {
	// The coat, with a hem of light.
	shape(
		ctx,
		"M32 16 C50 16 58 34 58 48 C58 58 48 60 32 60 C16 60 6 58 6 48 C6 34 14 16 32 16 Z",
		fade(ctx, 16, 60, ["#3fb0ab", COLORS.teal, COLORS.tealDark]),
	);
	line(ctx, "M10 53 C20 58 44 58 54 53", COLORS.mint, 2.5);
	disc(ctx, 32, 49.5, 2, COLORS.gold);
	// The face.
	blob(ctx, [33, 33], [18, 14.5], COLORS.cream);
	blob(ctx, [21, 38], [4, 2.6], COLORS.cheek);
	blob(ctx, [46, 38], [4, 2.6], COLORS.cheek);
	// The hat: its tip bends back and glows.
	shape(
		ctx,
		"M11 29 C14 18 18 10 27 9 C27 -1 13 -4 5 6 C1 10 4 14 8 12 C9 17 9 23 11 29 Z",
		fade(ctx, -2, 28, ["#ffa183", COLORS.coral, COLORS.coralDark]),
	);
	shape(
		ctx,
		"M11 29 C13 13 24 4 37 6 C50 9 54 19 54 29 C44 20 22 20 11 29 Z",
		fade(ctx, 4, 30, ["#ffa183", COLORS.coral, COLORS.coralDark]),
	);
	line(ctx, "M11 29 C22 20 44 20 54 29", COLORS.cream, 4.5);
	disc(ctx, 6, 11, 5, COLORS.goldLight);
	disc(ctx, 6, 11, 3.4, COLORS.gold);
}

export function paintKeeperFoot(ctx: Ctx): void {
	shape(ctx, "M2 10 C2 3 16 2 18 8 C19 12 2 12 2 10 Z", COLORS.ink);
}

/** On the face, which looks to the right. */
export function paintKeeperFace(ctx: Ctx, mood: Mood): void {
	const ink = COLORS.ink;
	if (mood === "proud") {
		line(ctx, "M22 33 Q26 28 30 33 M39 33 Q43 28 47 33", ink, 3);
		shape(ctx, "M28 38 Q34 48 41 38 Q34 40 28 38 Z", COLORS.coralDark);
		return;
	}
	const tall = mood === "worried" ? 5 : 4.4;
	for (const x of [27, 43]) {
		blob(ctx, [x, 32.5], [3.4, tall], ink);
		disc(ctx, x + 1.2, 30.8, 1.3, COLORS.white);
	}
	if (mood === "worried") {
		line(ctx, "M22 25.5 L29 24 M48 25.5 L41 24", ink, 2.2);
		blob(ctx, [35, 41.5], [3, 2.6], COLORS.coralDark);
		shape(ctx, "M53 22 C57 28 55 31 53 31 C50 31 49 28 53 22 Z", "#9fd8ff");
	} else if (mood === "sad") {
		line(ctx, "M22 26 L29 24 M48 26 L41 24", ink, 2);
		line(ctx, "M30 43 Q35 38.5 40 43", ink, 2.6);
	} else {
		line(ctx, "M30 40 Q35 44.5 40 40", ink, 2.6);
	}
}

export function paintKeeperBlink(ctx: Ctx): void {
	blob(ctx, [27, 32.5], [4.5, 6], COLORS.cream);
	blob(ctx, [43, 32.5], [4.5, 6], COLORS.cream);
	line(ctx, "M24 33 Q27 35 30 33 M40 33 Q43 35 46 33", COLORS.ink, 2.4);
}

/** All of it, standing; for the start screen and the mood beside the clock. */
export function paintKeeper(ctx: Ctx, mood: Mood): void {
	for (const x of [14, 32]) {
		ctx.save();
		ctx.translate(x, 53);
		paintKeeperFoot(ctx);
		ctx.restore();
	}
	paintKeeperBody(ctx);
	paintKeeperFace(ctx, mood);
}
