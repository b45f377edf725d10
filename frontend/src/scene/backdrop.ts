import type { GameObjects, Textures } from "phaser";
import { OVERSCAN, paintDawn, paintFarStars, paintSky } from "../art/land.js";
import type { Picture } from "./picture.js";
import { DEPTH, image, layer, type Stage, snapped } from "./stage.js";

const MIDDLE = 512;
/** How far each layer shifts when the keeper crosses the picture: what is near shifts more. */
const SHIFT = { sky: 6, moon: 10, hills: [14, 24, 38], clouds: 20 } as const;
const HILL_TOPS = [322, 344, 358] as const;
const MOON = { x: 680, y: -20, sinks: 150 } as const;
/**
 * Sky and far stars are one picture, painted anew as often as it visibly changes. It is larger than
 * what is seen of it, because it shifts and the camera shakes.
 */
const SKY = { margin: 16, width: 1024 + 32, height: 683 + 32, steps: 120 } as const;

interface Layer {
	readonly object: { x: number };
	readonly x: number;
	readonly shiftPx: number;
}

/** Sky, moon, hills and clouds: the night that turns into dawn while the time runs out. */
export class Backdrop {
	readonly #stage: Stage;
	readonly #layers: Layer[] = [];
	readonly #sky: Textures.CanvasTexture | null;
	readonly #moon: GameObjects.Image;
	readonly #clouds: GameObjects.Image[] = [];
	#lean = 0;
	#skyStep = -1;

	constructor(stage: Stage) {
		this.#stage = stage;
		const { scene, scale } = stage;
		const size = [SKY.width, SKY.height].map((px) => Math.ceil(px * scale));
		this.#sky = scene.textures.createCanvas("sky", size[0], size[1]);
		this.#follow(layer(stage, "sky", [-SKY.margin, -SKY.margin], DEPTH.sky), SHIFT.sky);
		this.#moon = layer(stage, "moon", [MOON.x, MOON.y], DEPTH.moon);
		this.#follow(this.#moon, SHIFT.moon);
		for (const [nth, top] of HILL_TOPS.entries()) {
			const hills = layer(stage, `hills-${nth}`, [-OVERSCAN, top], DEPTH.hills + nth);
			this.#follow(hills, SHIFT.hills[nth] ?? 0);
		}
		for (const [x, y] of [
			[150, 70],
			[520, 118],
			[880, 300],
			[260, 330],
		] as const) {
			this.#clouds.push(image(stage, "cloud", [x, y], DEPTH.moon));
		}
		const floor = layer(stage, "cloud-floor", [-OVERSCAN, 177], DEPTH.cloudFloor);
		this.#follow(floor, SHIFT.clouds);
		layer(stage, "ground", [0, 549], DEPTH.ground);
	}

	show({ timeMs, durationMs, keeper }: Picture, deltaMs: number): void {
		const share = Math.min(1, timeMs / durationMs);
		// The light comes late: half of the night is night.
		const light = share ** 2.2;
		this.#paintSky(light);
		this.#moon.setAlpha(1 - light * 0.85).setY(snapped(this.#stage, MOON.y + share * MOON.sinks));

		for (const cloud of this.#clouds) {
			cloud.x += (deltaMs * (4 + cloud.y / 60)) / 1000;
			if (cloud.x > 1150) cloud.x = -120;
		}
		if (this.#stage.calm) return;
		const wanted = (MIDDLE - keeper.x - 32) / MIDDLE;
		this.#lean += (wanted - this.#lean) * Math.min(1, deltaMs / 180);
		for (const { object, x, shiftPx } of this.#layers) {
			object.x = snapped(this.#stage, x + this.#lean * shiftPx);
		}
	}

	#paintSky(light: number): void {
		const step = Math.round(light * SKY.steps);
		if (step === this.#skyStep || this.#sky === null) return;
		this.#skyStep = step;
		const { context } = this.#sky;
		const { scale } = this.#stage;
		context.setTransform(scale, 0, 0, scale, 0, 0);
		paintSky(context, step / SKY.steps, [SKY.width + 1, SKY.height + 1]);
		context.translate(SKY.margin, SKY.margin);
		context.globalAlpha = 1 - step / SKY.steps;
		paintFarStars(context);
		context.globalAlpha = 1;
		paintDawn(context, step / SKY.steps);
		this.#sky.refresh();
	}

	#follow(object: { x: number }, shiftPx: number): void {
		this.#layers.push({ object, x: object.x, shiftPx });
	}
}
