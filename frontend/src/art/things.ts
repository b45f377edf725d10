import { COLORS } from "./palette.js";
import { blob, disc, fade, glow, irregular, line, shape } from "./pen.js";

type Ctx = CanvasRenderingContext2D;

export const STAR_KINDS = 5;
const STAR =
	"M20 3 L24.6 14 L36.5 15 L27.5 22.8 L30.3 34.5 L20 28.2 L9.7 34.5 L12.5 22.8 L3.5 15 L15.4 14 Z";

/** What falls: five kinds, each in a box of 40 × 40 with its light around it. */
export function paintStar(ctx: Ctx, kind: number): void {
	const gold = fade(ctx, 4, 36, [COLORS.goldLight, COLORS.gold, COLORS.goldDark]);
	if (kind === 0) {
		shape(ctx, STAR, gold);
		line(ctx, STAR, "rgb(255 250 225 / 0.8)", 1.6);
		for (const x of [16.6, 23.4]) disc(ctx, x, 19, 1.5, COLORS.ink);
		line(ctx, "M18 23 q2 2 4 0", COLORS.ink, 1.3);
	} else if (kind === 1) {
		shape(ctx, "M26 4 A17 17 0 1 0 36 27 A14 14 0 0 1 26 4 Z", gold);
		line(ctx, "M13 20 q2.4 -2.4 4.8 0 M15 27 q2 1.6 4 0", COLORS.ink, 1.5);
	} else if (kind === 2) {
		shape(ctx, "M36 4 C28 8 22 12 18 16 L26 22 C30 17 34 11 36 4 Z", "rgb(143 227 200 / 0.75)");
		disc(ctx, 16, 25, 11.5, COLORS.mint);
		disc(ctx, 14, 22, 6, "#d9fff0");
	} else if (kind === 3) {
		disc(ctx, 20, 20, 11.5, COLORS.coral);
		blob(ctx, [16, 16], [6, 4], "#ffb59c");
		ctx.save();
		ctx.translate(20, 20);
		ctx.rotate(-0.35);
		ctx.strokeStyle = COLORS.goldLight;
		ctx.lineWidth = 3;
		ctx.beginPath();
		ctx.ellipse(0, 1, 18, 5.6, 0, -0.35, Math.PI + 0.35);
		ctx.stroke();
		ctx.restore();
	} else {
		shape(ctx, "M20 2 Q22 18 38 20 Q22 22 20 38 Q18 22 2 20 Q18 18 20 2 Z", gold);
		shape(ctx, "M20 11 Q21 19 29 20 Q21 21 20 29 Q19 21 11 20 Q19 19 20 11 Z", COLORS.white);
	}
}

/** A light of its own, 128 × 128. */
export function paintGlow(ctx: Ctx): void {
	glow(ctx, [64, 64], 64, "255 232 170");
}
export function paintSpark(ctx: Ctx, color: string): void {
	shape(ctx, "M8 0 Q9 7 16 8 Q9 9 8 16 Q7 9 0 8 Q7 7 8 0 Z", color);
	disc(ctx, 8, 8, 1.6, COLORS.white);
}
export function paintDust(ctx: Ctx): void {
	glow(ctx, [12, 12], 12, "214 205 240");
}
export function paintCrumb(ctx: Ctx): void {
	shape(ctx, "M3 2 L10 1 L12 7 L8 12 L2 10 Z", COLORS.stone);
	shape(ctx, "M3 2 L10 1 L8 5 L4 6 Z", COLORS.stoneLight);
}

/** A floating stone of `width` × 32 with moss over its rim, drawn 4 px inside a frame. */
export function paintStone(ctx: Ctx, width: number): void {
	const [left, right, top, bottom] = [4, 4 + width, 4, 36];
	const body = `M${left} ${top + 4} Q${left} ${top} ${left + 6} ${top} L${right - 6} ${top}
		Q${right} ${top} ${right} ${top + 5} L${right - 1} ${top + 15}
		Q${right - 4} ${bottom - 4} ${right - 10} ${bottom - 1}
		L${(left + right) / 2} ${bottom} L${left + 9} ${bottom - 2}
		Q${left + 2} ${bottom - 6} ${left + 1} ${top + 14} Z`;
	shape(ctx, body, fade(ctx, top, bottom, [COLORS.stoneLight, COLORS.stone, COLORS.stoneDark]));
	const crack = left + width * 0.6;
	line(ctx, `M${crack} ${top + 9} l-5 6 l5 5 l-3 7`, "rgb(35 29 68 / 0.55)", 1.8);
	line(ctx, `M${left + 8} ${top + 16} l6 3`, "rgb(255 255 255 / 0.25)", 2);
	let moss = `M${left - 2} ${top + 5} Q${left - 1} ${top - 3} ${left + 6} ${top - 3}
		L${right - 6} ${top - 3} Q${right + 1} ${top - 3} ${right + 2} ${top + 5}`;
	const waves = Math.max(3, Math.round(width / 12));
	for (let nth = waves; nth > 0; nth -= 1) {
		const from = left + (width * nth) / waves;
		const to = left + (width * (nth - 1)) / waves;
		moss += ` Q${(from + to) / 2} ${top + 8 + irregular(nth + width) * 9} ${to} ${top + 4}`;
	}
	shape(ctx, `${moss} Z`, fade(ctx, top - 3, top + 14, [COLORS.grassLight, COLORS.moss]));
}

/** The jar that keeps the stars: 90 × 110 inside a frame of 10 on each side. */
export function paintJar(ctx: Ctx): void {
	ctx.save();
	ctx.translate(10, 10);
	const body =
		"M10 20 C2 28 0 38 0 48 L0 94 C0 104 6 110 16 110 L74 110 " +
		"C84 110 90 104 90 94 L90 48 C90 38 88 28 80 20 Z";
	shape(ctx, body, "rgb(207 238 245 / 0.16)");
	shape(
		ctx,
		"M3 88 L87 88 L87 94 C87 102 82 107 74 107 L16 107 C8 107 3 102 3 94 Z",
		"rgb(255 215 106 / 0.22)",
	);
	line(ctx, body, "rgb(225 246 250 / 0.75)", 3);
	line(ctx, "M12 36 C8 44 8 60 8 78", "rgb(255 255 255 / 0.65)", 5);
	line(ctx, "M80 44 C82 56 82 70 81 84", "rgb(255 255 255 / 0.25)", 3);
	// Neck, rope and open rim.
	shape(ctx, "M12 6 L78 6 Q82 6 82 10 L80 22 L10 22 L8 10 Q8 6 12 6 Z", "rgb(207 238 245 / 0.3)");
	line(ctx, "M10 22 C30 27 60 27 80 22", COLORS.goldDark, 4.5);
	line(ctx, "M62 25 l4 12 M66 25 l6 9", COLORS.goldDark, 2.6);
	line(ctx, "M10 6 L80 6", "rgb(240 252 255 / 0.95)", 4);
	ctx.restore();
}
