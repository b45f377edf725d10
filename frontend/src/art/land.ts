import { COLORS } from "./palette.js";
import { blob, disc, fade, glow, irregular, line, shape } from "./pen.js";

type Ctx = CanvasRenderingContext2D;
const WIDTH = 1024;
const HEIGHT = 683;
/** Layers are wider than the picture, so that they can shift behind it. */
export const OVERSCAN = 60;
const WIDE = WIDTH + OVERSCAN * 2;

export function paintNight(ctx: Ctx): void {
	ctx.fillStyle = fade(ctx, 0, HEIGHT, [
		COLORS.nightTop,
		COLORS.nightMiddle,
		COLORS.nightLow,
		"#a3638f",
	]);
	ctx.fillRect(0, 0, WIDE, HEIGHT);
}

export function paintDawn(ctx: Ctx): void {
	ctx.fillStyle = fade(ctx, 0, HEIGHT, [
		COLORS.dawnTop,
		"#8f6aa8",
		COLORS.dawnMiddle,
		COLORS.dawnLow,
		COLORS.goldLight,
	]);
	ctx.fillRect(0, 0, WIDE, HEIGHT);
}

export function paintFarStars(ctx: Ctx): void {
	for (let nth = 0; nth < 130; nth += 1) {
		const x = irregular(nth) * WIDE;
		const y = irregular(nth + 500) ** 1.4 * 430;
		const size = 0.5 + irregular(nth + 900) * 1.4;
		disc(ctx, x, y, size, `rgb(255 246 220 / ${0.35 + irregular(nth + 300) * 0.6})`);
	}
}

export function paintMoon(ctx: Ctx): void {
	glow(ctx, [110, 110], 110, "255 236 190");
	disc(ctx, 110, 110, 42, "#fff0c9");
	for (const [x, y, radius] of [
		[96, 98, 8],
		[124, 118, 11],
		[104, 128, 5],
		[126, 92, 4],
	] as const) {
		disc(ctx, x, y, radius, "rgb(233 205 150 / 0.55)");
	}
}

/** Rolling hills; `nth` 0 is the farthest. Their foot lies below the picture's ground. */
export function paintHills(ctx: Ctx, nth: 0 | 1 | 2): void {
	const color = [COLORS.hillFar, COLORS.hillMiddle, COLORS.hillNear][nth] ?? COLORS.hillNear;
	const base = [60, 96, 140][nth] ?? 140;
	const height = (x: number) =>
		base -
		Math.sin(x / (150 - nth * 28) + nth * 2.1) * (44 - nth * 8) -
		Math.sin(x / 61 + nth * 5) * 12;
	let path = "M0 260";
	for (let x = 0; x <= WIDE; x += 12) path += ` L${x} ${height(x).toFixed(1)}`;
	shape(ctx, `${path} L${WIDE} 260 Z`, fade(ctx, 20, 250, [color, COLORS.earth]));
	if (nth === 0) return;
	for (let tree = 0; tree < 16; tree += 1) {
		const x = 20 + irregular(tree + nth * 40) * (WIDE - 40);
		paintFir(ctx, x, height(x) + 4, 20 + irregular(tree + nth * 90) * 26 * nth);
	}
}

function paintFir(ctx: Ctx, x: number, foot: number, tall: number): void {
	const half = tall * 0.3;
	const color = "rgb(23 30 58 / 0.85)";
	for (const [from, wide] of [
		[1, 0.62],
		[0.72, 0.82],
		[0.42, 1],
	] as const) {
		const top = foot - tall * from;
		const bottom = top + tall * 0.46;
		shape(ctx, `M${x} ${top} L${x + half * wide} ${bottom} L${x - half * wide} ${bottom} Z`, color);
	}
	ctx.fillStyle = color;
	ctx.fillRect(x - 1.5, foot - 4, 3, 6);
}

/** The top floor: a bank of clouds on which the owls walk; its upper rim is soft. 1144 × 90. */
export function paintCloudFloor(ctx: Ctx): void {
	const layer = (seed: number, y: number, color: string, size: number) => {
		for (let x = -20; x < WIDE + 40; x += 34) {
			const radius = size * (0.7 + irregular(x + seed) * 0.6);
			blob(ctx, [x, y + irregular(x * 3 + seed) * 6], [radius * 1.5, radius], color);
		}
	};
	layer(1, 46, "rgb(126 108 178 / 0.35)", 24);
	layer(2, 36, "rgb(165 145 210 / 0.5)", 17);
	layer(3, 28, "rgb(226 214 246 / 0.75)", 10);
}

export function paintCloud(ctx: Ctx): void {
	for (const [x, y, radius] of [
		[50, 44, 22],
		[82, 34, 30],
		[118, 42, 24],
		[148, 50, 16],
	] as const) {
		blob(ctx, [x, y], [radius * 1.25, radius * 0.8], "rgb(240 228 255 / 0.2)");
	}
}

/** The ground: 1024 × 134, whose walkable rim lies 10 px below the top of the picture. */
export function paintGround(ctx: Ctx): void {
	let rim = "M0 134 L0 12";
	for (let x = 0; x <= WIDTH; x += 16) rim += ` L${x} ${10 + irregular(x) * 2.5}`;
	shape(
		ctx,
		`${rim} L${WIDTH} 134 Z`,
		fade(ctx, 10, 134, ["#2c4a5f", COLORS.earth, COLORS.earthDeep]),
	);
	for (let nth = 0; nth < 26; nth += 1) {
		const [x, y] = [irregular(nth + 7) * WIDTH, 44 + irregular(nth + 70) * 80];
		blob(
			ctx,
			[x, y],
			[5 + irregular(nth) * 14, 3 + irregular(nth + 4) * 5],
			"rgb(255 255 255 / 0.05)",
		);
	}
	let grass = "M0 10";
	for (let x = 0; x <= WIDTH; x += 8) grass += ` L${x} ${9 + irregular(x + 3) * 2}`;
	for (let x = WIDTH; x >= 0; x -= 10) grass += ` L${x} ${19 + irregular(x + 31) * 9}`;
	shape(ctx, `${grass} Z`, fade(ctx, 8, 28, [COLORS.grassLight, COLORS.grass, "#2b6a68"]));
	for (let x = 4; x < WIDTH; x += 9) {
		const tall = 4 + irregular(x) * 7;
		const lean = irregular(x + 9) * 6 - 3;
		line(ctx, `M${x} 12 q${lean / 2} ${-tall / 2} ${lean} ${-tall}`, COLORS.grassLight, 1.6);
	}
	for (let nth = 0; nth < 15; nth += 1) {
		const x = irregular(nth + 200) * WIDTH;
		line(ctx, `M${x} 14 l0 -11`, COLORS.grass, 1.6);
		disc(ctx, x, 3.5, 2.6, nth % 3 === 0 ? COLORS.gold : nth % 3 === 1 ? "#f3b6d3" : COLORS.cream);
	}
}
