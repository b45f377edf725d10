import type { GameObjects } from "phaser";
import { DEPTH, image, type Stage } from "./stage.js";

const FLIGHT_MS = 3600;

/** The troublemaker flies through, from the right to the left. */
export class Magpie {
	readonly #image: GameObjects.Image;
	#flownMs = FLIGHT_MS;

	constructor(stage: Stage) {
		this.#image = image(stage, "magpie-0", [-200, 0], DEPTH.magpie).setVisible(false);
	}

	fly(): void {
		this.#flownMs = 0;
	}

	show(deltaMs: number): void {
		this.#flownMs = Math.min(FLIGHT_MS, this.#flownMs + deltaMs);
		const share = this.#flownMs / FLIGHT_MS;
		this.#image
			.setVisible(share < 1)
			.setPosition(1090 - share * 1180, 300 + Math.sin(share * 9) * 34)
			.setTexture(`magpie-${Math.floor(this.#flownMs / 130) % 2}`);
	}
}
