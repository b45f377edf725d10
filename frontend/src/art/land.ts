import { COLORS } from "./palette.js";
import { blob, disc, fade, glow, irregular, line, shape } from "./pen.js";

type Ctx = CanvasRenderingContext2D;
const WIDTH = 1024;
/** Layers are wider than the picture, so that they can shift behind it. */
export const OVERSCAN = 60;
const WIDE = WIDTH + OVERSCAN * 2;

const NIGHT = [COLORS.nightTop, COLORS.nightMiddle, COLORS.nightLow, "#a3638f"] as const;
const DAWN = [COLORS.dawnTop, "#8f6aa8", COLORS.dawnMiddle, COLORS.dawnLow] as const;

/** The sky between night (`light` 0) and dawn (1), as a gradient of that size. */
export function paintSky(ctx: Ctx, light: number, size: readonly [number, number]): void {
	const colors = NIGHT.map((night, at) => mixed(night, DAWN[at] ?? night, light));
	ctx.fillStyle = fade(ctx, 0, size[1], colors);
	ctx.fillRect(0, 0, size[0], size[1]);
}

/** The light of a sun that is still behind the hills, in the middle of the horizon. */
export function paintDawn(ctx: Ctx, light: number): void {
	ctx.save();
	ctx.globalAlpha = Math.max(0, light * 1.3 - 0.3);
	ctx.translate(WIDTH / 2 + 120, 480);
	ctx.scale(1.7, 1);
	glow(ctx, [0, 0], 330, "255 205 140");
	ctx.restore();
}

function mixed(from: string, to: string, share: number): string {
	const part = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
	const channels = [1, 3, 5].map((at) =>
		Math.round(part(from, at) + (part(to, at) - part(from, at)) * share),
	);
	return `rgb(${channels.join(" ")})`;
}

/** Where the far stars stand, how large and how bright. */
const FAR_STARS = Array.from({ length: 110 }, (_, nth) => ({
	x: irregular(nth) * WIDE - OVERSCAN,
	y: irregular(nth + 500) ** 1.4 * 430,
	size: 0.5 + irregular(nth + 900) * 1.4,
	alpha: 0.35 + irregular(nth + 300) * 0.6,
}));

export function paintFarStars(ctx: Ctx): void {
	for (const { x, y, size, alpha } of FAR_STARS) {
		disc(ctx, x, y, size, `rgb(255 246 220 / ${alpha})`);
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

/** A little more than from their tops to the ground, whose rim is uneven. */
export const HILLS_HEIGHT = 206;

/** Rolling hills; `nth` 0 is the farthest. Their foot lies below the picture's ground. */
export function paintHills(ctx: Ctx, nth: 0 | 1 | 2): void {
	const color = [COLORS.hillFar, COLORS.hillMiddle, COLORS.hillNear][nth] ?? COLORS.hillNear;
	const base = [60, 96, 140][nth] ?? 140;
	const height = (x: number) =>
		base -
		Math.sin(x / (150 - nth * 28) + nth * 2.1) * (44 - nth * 8) -
		Math.sin(x / 61 + nth * 5) * 12;
	let path = `M0 ${HILLS_HEIGHT}`;
	for (let x = 0; x <= WIDE; x += 12) path += ` L${x} ${height(x).toFixed(1)}`;
	shape(ctx, `${path} L${WIDE} ${HILLS_HEIGHT} Z`, fade(ctx, 20, 230, [color, COLORS.earth]));
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
export function paintCloudFloor(ctx: Ctx, width = WIDE): void {
	const layer = (seed: number, y: number, look: readonly [string, number]) => {
		const puffs: [number, number, number][] = [];
		for (let x = 24; x < width - 20; x += 30) {
			const radius = look[1] * (0.7 + irregular(x + seed) * 0.6);
			puffs.push([x, y + irregular(x * 3 + seed) * 6, radius]);
		}
		fillPuffs(ctx, puffs, look[0]);
	};
	layer(1, 44, ["rgb(120 102 176 / 0.5)", 26]);
	layer(2, 35, ["rgb(165 145 212 / 0.75)", 18]);
	layer(3, 28, ["rgb(232 222 250 / 0.9)", 11]);
}

export function paintCloud(ctx: Ctx): void {
	const puffs: [number, number, number][] = [
		[50, 50, 18],
		[82, 38, 28],
		[118, 46, 22],
		[148, 54, 13],
	];
	fillPuffs(ctx, puffs, fade(ctx, 10, 70, ["rgb(246 236 255 / 0.3)", "rgb(246 236 255 / 0.08)"]));
}

/** One shape of many puffs, so that they do not show through each other. */
function fillPuffs(
	ctx: Ctx,
	puffs: readonly (readonly [number, number, number])[],
	fill: string | CanvasGradient,
): void {
	const whole = new Path2D();
	for (const [x, y, radius] of puffs) {
		const puff = new Path2D();
		puff.ellipse(x, y, radius * 1.5, radius, 0, 0, Math.PI * 2);
		whole.addPath(puff);
	}
	ctx.fillStyle = fill;
	ctx.fill(whole);
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
