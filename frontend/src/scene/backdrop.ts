import type { GameObjects, Textures } from "phaser";
import { FAR_STARS, OVERSCAN, paintSky } from "../art/land.js";
import type { Picture } from "./picture.js";
import { DEPTH, image, type Stage } from "./stage.js";

const MIDDLE = 512;
/** How far each layer shifts when the keeper crosses the picture: what is near shifts more. */
const SHIFT = { stars: 6, moon: 10, hills: [14, 24, 38], clouds: 20 } as const;
/** The sky is a narrow gradient, stretched, and painted anew as often as it visibly changes. */
const SKY = { size: [4, 128], steps: 120 } as const;

interface Layer {
	readonly object: { x: number };
	readonly x: number;
	readonly shiftPx: number;
}

/** Sky, moon, hills and clouds: the night that turns into dawn while the time runs out. */
export class Backdrop {
	readonly #layers: Layer[] = [];
	readonly #sky: Textures.CanvasTexture | null;
	readonly #stars: GameObjects.Container;
	readonly #moon: GameObjects.Image;
	readonly #clouds: GameObjects.Image[] = [];
	readonly #calm: boolean;
	#lean = 0;
	#skyStep = -1;

	constructor(stage: Stage) {
		this.#calm = stage.calm;
		const { scene } = stage;
		this.#sky = scene.textures.createCanvas("sky", SKY.size[0], SKY.size[1]);
		scene.add.image(MIDDLE, 341.5, "sky").setDisplaySize(1044, 703).setDepth(DEPTH.sky);
		const stars = FAR_STARS.map(({ x, y, size, alpha }) =>
			image(stage, "far-star", [x, y], 0)
				.setAlpha(alpha)
				.setScale((size * 2) / (7 * stage.scale)),
		);
		this.#stars = scene.add.container(0, 0, stars).setDepth(DEPTH.sky);
		this.#moon = image(stage, "moon", [790, 90], DEPTH.moon);
		this.#follow(this.#stars, SHIFT.stars);
		this.#follow(this.#moon, SHIFT.moon);
		for (const [nth, y] of [422, 444, 458].entries()) {
			const hills = image(stage, `hills-${nth}`, [MIDDLE, y], DEPTH.hills + nth);
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
		this.#follow(image(stage, "cloud-floor", [MIDDLE, 222], DEPTH.cloudFloor), SHIFT.clouds);
		image(stage, "ground", [MIDDLE, 559 - 10 + 67], DEPTH.ground);
	}

	show({ timeMs, durationMs, keeper }: Picture, deltaMs: number): void {
		const share = Math.min(1, timeMs / durationMs);
		// The light comes late: half of the night is night.
		const light = share ** 2.2;
		this.#paintSky(light);
		this.#stars.setAlpha(1 - light * 0.9);
		this.#moon.setAlpha(1 - light * 0.55).setY(90 + share * 150);

		for (const cloud of this.#clouds) {
			cloud.x += (deltaMs * (4 + cloud.y / 60)) / 1000;
			if (cloud.x > 1150) cloud.x = -120;
		}
		if (this.#calm) return;
		const wanted = (MIDDLE - keeper.x - 32) / MIDDLE;
		this.#lean += (wanted - this.#lean) * Math.min(1, deltaMs / 180);
		for (const { object, x, shiftPx } of this.#layers) {
			object.x = x + Math.max(-OVERSCAN, Math.min(OVERSCAN, this.#lean * shiftPx));
		}
	}

	#paintSky(light: number): void {
		const step = Math.round(light * SKY.steps);
		if (step === this.#skyStep || this.#sky === null) return;
		this.#skyStep = step;
		paintSky(this.#sky.context, step / SKY.steps, SKY.size);
		this.#sky.refresh();
	}

	#follow(object: { x: number }, shiftPx: number): void {
		this.#layers.push({ object, x: object.x, shiftPx });
	}
}
