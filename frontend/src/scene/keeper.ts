import type { GameObjects } from "phaser";
import type { Picture } from "./picture.js";
import { DEPTH, type Stage } from "./stage.js";

const BLINK = { everyMs: 3400, forMs: 130 } as const;
const STRIDE_PER_MS = 0.022;

/** The lamplighter: leans into a run, stretches in a jump, squashes where it lands. */
export class Keeper {
	readonly #whole: GameObjects.Container;
	readonly #top: GameObjects.Container;
	readonly #face: GameObjects.Image;
	readonly #blink: GameObjects.Image;
	readonly #feet: readonly [GameObjects.Image, GameObjects.Image];
	#squash = 0;
	#stride = 0;
	#aliveMs = 0;
	#lastY = 0;

	constructor(stage: Stage) {
		const { scene, scale } = stage;
		const fine = 1 / scale;
		const part = (key: string) => scene.add.image(0, 0, key).setScale(fine);
		const glow = scene.add.image(-26, -53, "glow").setAlpha(0.55).setScale(0.5);
		this.#feet = [part("keeper-foot").setPosition(-9, -5), part("keeper-foot").setPosition(9, -5)];
		const body = part("keeper-body").setPosition(0, -34);
		this.#face = part("keeper-glad").setPosition(0, -34);
		this.#blink = part("keeper-blink").setPosition(0, -34).setVisible(false);
		this.#top = scene.add.container(0, 0, [glow, body, this.#face, this.#blink]);
		this.#whole = scene.add.container(0, 0, [...this.#feet, this.#top]).setDepth(DEPTH.keeper);
	}

	/** Pressed flat (positive) or drawn long (negative); it springs back by itself. */
	squash(by: number): void {
		this.#squash = by;
	}

	show({ keeper }: Picture, deltaMs: number): void {
		const { x, y, facing, running, standing, mood } = keeper;
		this.#aliveMs += deltaMs;
		const fallPerMs = deltaMs > 0 ? (y - this.#lastY) / deltaMs : 0;
		this.#lastY = y;
		this.#squash *= Math.exp(-deltaMs / 90);

		const stretch = standing ? 0 : Math.min(0.16, Math.abs(fallPerMs) * 0.28);
		const breath = running || !standing ? 0 : Math.sin(this.#aliveMs / 420) * 0.015;
		const wide = 1 + this.#squash - stretch + breath;
		const tall = 1 - this.#squash + stretch - breath;
		this.#whole.setPosition(x + 32, y + 64).setScale(facing * wide, tall);

		if (running && standing) this.#stride += deltaMs * STRIDE_PER_MS;
		this.#walk(running && standing, standing);
		this.#top.setRotation(running ? 0.07 : 0);
		this.#face.setTexture(`keeper-${mood}`);
		this.#blink.setVisible(mood !== "proud" && this.#aliveMs % BLINK.everyMs < BLINK.forMs);
	}

	#walk(stepping: boolean, standing: boolean): void {
		for (const [nth, foot] of this.#feet.entries()) {
			const phase = this.#stride + nth * Math.PI;
			const home = nth === 0 ? -9 : 9;
			const lift = Math.max(0, Math.sin(phase)) * 7;
			foot.setPosition(
				stepping ? home + Math.cos(phase) * 9 : home,
				-5 - (stepping ? lift : standing ? 0 : -2),
			);
		}
		this.#top.y = stepping ? -Math.abs(Math.sin(this.#stride)) * 3.5 : 0;
	}
}
