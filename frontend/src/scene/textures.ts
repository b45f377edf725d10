import type { Scene } from "phaser";
import {
	MOODS,
	paintKeeperBlink,
	paintKeeperBody,
	paintKeeperFace,
	paintKeeperFoot,
} from "../art/keeper.js";
import {
	HILLS_HEIGHT,
	OVERSCAN,
	paintCloud,
	paintCloudFloor,
	paintGround,
	paintHills,
	paintMoon,
} from "../art/land.js";
import { OWL_FACES, paintMagpie, paintOwl } from "../art/owl.js";
import { COLORS, type Paint } from "../art/palette.js";
import {
	paintCrumb,
	paintDust,
	paintGlow,
	paintJar,
	paintSpark,
	paintStar,
	paintStone,
	STAR_KINDS,
} from "../art/things.js";

const WIDE = 1024 + OVERSCAN * 2;

/** Paints a texture of `width` × `height` arena pixels, as fine as `scale` asks for. */
export function paintTexture(
	scene: Scene,
	key: string,
	size: readonly [number, number],
	[scale, paint]: readonly [number, Paint],
): void {
	if (scene.textures.exists(key)) return;
	const [width, height] = size.map((px) => Math.ceil(px * scale)) as [number, number];
	const texture = scene.textures.createCanvas(key, width, height);
	if (texture === null) return;
	texture.context.scale(scale, scale);
	paint(texture.context);
	texture.refresh();
}

/** Everything that does not depend on the level. Soft things are painted coarsely. */
export function paintTextures(scene: Scene, scale: number): void {
	const paint = (key: string, size: readonly [number, number], draw: Paint, finer = scale) =>
		paintTexture(scene, key, size, [finer, draw]);

	paint("moon", [220, 220], paintMoon);
	for (const nth of [0, 1, 2] as const) {
		paint(`hills-${nth}`, [WIDE, HILLS_HEIGHT], (ctx) => paintHills(ctx, nth));
	}
	paint("cloud-floor", [WIDE, 90], paintCloudFloor);
	paint("cloud", [200, 80], paintCloud);
	paint("ground", [1024, 134], paintGround);

	paint("keeper-body", [72, 76], inset(4, 8, paintKeeperBody));
	paint("keeper-foot", [20, 12], paintKeeperFoot);
	paint("keeper-blink", [72, 76], inset(4, 8, paintKeeperBlink));
	for (const mood of MOODS) {
		paint(
			`keeper-${mood}`,
			[72, 76],
			inset(4, 8, (ctx) => paintKeeperFace(ctx, mood)),
		);
	}
	for (const which of [0, 1] as const) {
		for (const face of OWL_FACES) {
			paint(`owl-${which}-${face}`, [64, 66], (ctx) => paintOwl(ctx, which, face));
		}
	}
	for (const flap of [0, 1] as const) {
		paint(`magpie-${flap}`, [80, 56], (ctx) => paintMagpie(ctx, flap));
	}
	for (let kind = 0; kind < STAR_KINDS; kind += 1) {
		paint(`star-${kind}`, [40, 40], (ctx) => paintStar(ctx, kind));
	}
	paint("jar", [110, 130], paintJar);
	paint("glow", [128, 128], paintGlow, 1);
	paint("spark-gold", [16, 16], (ctx) => paintSpark(ctx, COLORS.gold));
	paint("spark-mint", [16, 16], (ctx) => paintSpark(ctx, COLORS.mint));
	paint("dust", [24, 24], paintDust, 1);
	paint("crumb", [14, 14], paintCrumb);
}

export function stoneTexture(scene: Scene, width: number, scale: number): string {
	const key = `stone-${width}`;
	paintTexture(scene, key, [width + 8, 44], [scale, (ctx) => paintStone(ctx, width)]);
	return key;
}

function inset(x: number, y: number, paint: Paint): Paint {
	return (ctx) => {
		ctx.translate(x, y);
		paint(ctx);
	};
}
