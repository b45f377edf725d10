import type { GameObjects } from "phaser";
import type { OwlPicture, Picture } from "./picture.js";
import { DEPTH, image, type Stage } from "./stage.js";

const FLOOR_Y = 210;
const BOTH = [0, 1] as const;

/** Two drowsy owls on the bank of clouds. */
export class Owls {
	readonly #owls: readonly Owl[];

	constructor(stage: Stage) {
		this.#owls = BOTH.map((which) => new Owl(stage, which));
	}

	show(picture: Picture, deltaMs: number): void {
		for (const [which, owl] of this.#owls.entries()) {
			const shown = picture.owls[which];
			if (shown !== undefined) owl.show(shown, deltaMs);
		}
	}

	/** It just let go of a star. */
	hop(which: 0 | 1): void {
		this.#owls[which]?.hop();
	}
}

class Owl {
	readonly #image: GameObjects.Image;
	readonly #birds: GameObjects.Image[];
	readonly #which: 0 | 1;
	readonly #scale: number;
	#aliveMs = 0;
	#hopMs = 0;
	#lastX = 0;

	constructor(stage: Stage, which: 0 | 1) {
		this.#which = which;
		this.#scale = 1 / stage.scale;
		this.#image = image(stage, `owl-${which}-sleepy`, [-100, FLOOR_Y], DEPTH.owls);
		this.#image.setOrigin(0.5, 1);
		this.#birds = [0, 1, 2].map(() =>
			image(stage, "spark-gold", [-100, 0], DEPTH.sparks).setVisible(false),
		);
	}

	hop(): void {
		this.#hopMs = 320;
	}

	show({ x, stunned, windingUp }: OwlPicture, deltaMs: number): void {
		this.#image.setVisible(x !== null);
		for (const bird of this.#birds) bird.setVisible(stunned);
		if (x === null) return;
		this.#aliveMs += deltaMs;
		this.#hopMs = Math.max(0, this.#hopMs - deltaMs);

		const moved = x - this.#lastX;
		this.#lastX = x;
		const walks = Math.abs(moved) > 0.01 && !stunned;
		const waddle = walks ? Math.sin(this.#aliveMs / 95) * 0.09 : 0;
		const hop = Math.sin((this.#hopMs / 320) * Math.PI) * 14;
		const crouch = windingUp && !stunned ? Math.sin(this.#aliveMs / 45) * 0.03 - 0.09 : 0;
		this.#image
			.setPosition(x, FLOOR_Y + 4 - hop)
			.setRotation(stunned ? 0.24 : waddle)
			.setScale(this.#scale * (1 - crouch), this.#scale * (1 + crouch))
			.setTexture(`owl-${this.#which}-${stunned ? "dizzy" : windingUp ? "awake" : "sleepy"}`);
		for (const [nth, bird] of this.#birds.entries()) {
			const turn = this.#aliveMs / 260 + (nth * Math.PI * 2) / 3;
			bird.setPosition(x + Math.cos(turn) * 30, FLOOR_Y - 62 + Math.sin(turn) * 9);
		}
	}
}
