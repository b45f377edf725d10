import type { PlayEvent } from "@savepoint/core";
import type { GameObjects } from "phaser";
import { DEPTH, type Stage } from "./stage.js";

type Emitter = GameObjects.Particles.ParticleEmitter;

/** Sparks, dust and crumbs: small answers to what happens. */
export class Sparks {
	readonly #stage: Stage;
	readonly #gold: Emitter;
	readonly #mint: Emitter;
	readonly #dust: Emitter;
	readonly #crumbs: Emitter;

	constructor(stage: Stage) {
		this.#stage = stage;
		const { scene, scale } = stage;
		const fine = 1 / scale;
		const emitter = (key: string, config: object): Emitter =>
			scene.add.particles(0, 0, key, { emitting: false, ...config }).setDepth(DEPTH.sparks);
		const spark = {
			lifespan: { min: 350, max: 800 },
			speed: { min: 50, max: 190 },
			scale: { start: 1.1 * fine, end: 0 },
			rotate: { min: 0, max: 180 },
			gravityY: 190,
		};
		this.#gold = emitter("spark-gold", spark);
		this.#mint = emitter("spark-mint", {
			...spark,
			speed: { min: 90, max: 280 },
			angle: { min: 230, max: 310 },
			lifespan: { min: 600, max: 1200 },
		});
		this.#dust = emitter("dust", {
			lifespan: { min: 260, max: 520 },
			speed: { min: 15, max: 55 },
			angle: { min: 190, max: 350 },
			scale: { start: 0.5, end: 1.2 },
			alpha: { start: 0.5, end: 0 },
		});
		this.#crumbs = emitter("crumb", {
			lifespan: { min: 500, max: 900 },
			speed: { min: 70, max: 230 },
			angle: { min: 200, max: 340 },
			scale: { start: fine, end: 0.35 * fine },
			rotate: { min: 0, max: 360 },
			gravityY: 700,
		});
	}

	answer(event: PlayEvent, feet: { readonly x: number; readonly y: number }): void {
		switch (event.type) {
			case "dropped":
			case "landed":
			case "picked-up":
			case "put-down":
				this.#burst(this.#gold, event.x, event.y - 14, 9);
				break;
			case "deposited":
				this.#burst(this.#mint, 922, 455, 26);
				break;
			case "stone-broken": {
				const { x, y, width, height } = event.tile.bounds;
				this.#burst(this.#dust, x + width / 2, y + height / 2, 7);
				this.#burst(this.#crumbs, x + width / 2, y + height / 2, 15);
				break;
			}
			case "stones-placed":
				for (const { bounds } of event.tiles) {
					this.#burst(this.#dust, bounds.x + bounds.width / 2, bounds.y + 16, 6);
				}
				break;
			case "jumped":
			case "touched-down":
				this.#burst(this.#dust, feet.x, feet.y - 3, 6);
				break;
			default:
				break;
		}
	}

	/** Won: a fountain over the jar. */
	fountain(): void {
		this.#burst(this.#mint, 922, 450, 40);
		this.#burst(this.#gold, 922, 430, 30);
	}

	/** A puff behind a running foot. */
	step(x: number, y: number): void {
		this.#burst(this.#dust, x, y - 2, 1);
	}

	#burst(emitter: Emitter, x: number, y: number, count: number): void {
		emitter.emitParticleAt(x, y, this.#stage.calm ? Math.ceil(count / 4) : count);
	}
}
