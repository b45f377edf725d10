import { BIN } from "@savepoint/core";
import type { GameObjects } from "phaser";
import { STAR_KINDS } from "../art/things.js";
import type { Picture } from "./picture.js";
import { DEPTH, image, type Stage } from "./stage.js";

const MIDDLE = { x: BIN.x + BIN.width / 2, y: BIN.y + BIN.height / 2 } as const;
/** Stars rest in the jar in rows of three. */
const IN_ROW = 3;
const ROWS = 5;

/** The jar in which the stars come to rest; it shines more with each of them. */
export class Jar {
	readonly #stage: Stage;
	readonly #jar: GameObjects.Image;
	readonly #glow: GameObjects.Image;
	readonly #inside: GameObjects.Image[] = [];
	#squash = 0;
	#aliveMs = 0;

	constructor(stage: Stage) {
		this.#stage = stage;
		const soft = { ...stage, scale: 1 };
		this.#glow = image(soft, "glow", [MIDDLE.x, MIDDLE.y + 14], DEPTH.jarBack);
		this.#jar = image(stage, "jar", [MIDDLE.x, BIN.y + BIN.height], DEPTH.jar);
		this.#jar.setOrigin(0.5, 120 / 130);
	}

	gulp(): void {
		this.#squash = 0.14;
	}

	show({ home }: Picture, deltaMs: number): void {
		this.#aliveMs += deltaMs;
		this.#squash *= Math.exp(-deltaMs / 130);
		const fine = 1 / this.#stage.scale;
		this.#jar.setScale(fine * (1 + this.#squash), fine * (1 - this.#squash));
		while (this.#inside.length < Math.min(home, IN_ROW * ROWS)) this.#add();
		const breath = Math.sin(this.#aliveMs / 700) * 0.08;
		const light = Math.min(1, home / 12);
		this.#glow.setScale(1.3 + light * 1.1 + breath).setAlpha(0.16 + light * 0.6);
	}

	#add(): void {
		const nth = this.#inside.length;
		const row = Math.floor(nth / IN_ROW);
		const x = BIN.x + 22 + (nth % IN_ROW) * 23 + (row % 2) * 4 - 2;
		const y = BIN.y + BIN.height - 19 - row * 17;
		const star = image(this.#stage, `star-${nth % STAR_KINDS}`, [x, y], DEPTH.jarBack);
		star.setRotation(nth * 1.3).setScale(0.62 / this.#stage.scale);
		this.#inside.push(star);
	}
}
