import { LEVEL_WIDTH, type PlayEvent } from "@savepoint/core";
import { Scene } from "phaser";
import { Backdrop } from "./backdrop.js";
import { Jar } from "./jar.js";
import { Keeper } from "./keeper.js";
import { Magpie } from "./magpie.js";
import { Owls } from "./owls.js";
import type { Picture, Projector } from "./picture.js";
import { Sparks } from "./sparks.js";
import type { Stage } from "./stage.js";
import { Stars } from "./stars.js";
import { Stones } from "./stones.js";
import { paintTextures } from "./textures.js";

const STEP_PUFF_MS = 170;
const MAGPIE_AHEAD_MS = 1500;

/** Draws what the projector shows. It decides nothing. */
export class ArenaScene extends Scene {
	readonly #projector: Projector;
	readonly #look: Omit<Stage, "scene">;
	#parts: Parts | null = null;
	#puffMs = 0;

	constructor(projector: Projector, look: Omit<Stage, "scene">) {
		super("arena");
		this.#projector = projector;
		this.#look = look;
	}

	create(): void {
		const stage: Stage = { scene: this, ...this.#look };
		// From the corner, not from the middle: a whole pixel of the canvas then stays one.
		this.cameras.main.setOrigin(0, 0).setZoom(stage.scale);
		paintTextures(this, stage.scale);
		this.#parts = {
			backdrop: new Backdrop(stage),
			owls: new Owls(stage),
			jar: new Jar(stage),
			stones: new Stones(stage),
			stars: new Stars(stage),
			keeper: new Keeper(stage),
			magpie: new Magpie(stage),
			sparks: new Sparks(stage),
		};
	}

	override update(_time: number, deltaMs: number): void {
		if (this.#parts === null) return;
		const { picture, events } = this.#projector.next();
		const { backdrop, owls, jar, stones, stars, keeper, magpie } = this.#parts;
		backdrop.show(picture, deltaMs);
		owls.show(picture, deltaMs);
		jar.show(picture, deltaMs);
		stones.show(picture);
		stars.show(picture, deltaMs);
		keeper.show(picture, deltaMs);
		magpie.show(deltaMs);
		this.#puff(this.#parts, picture, deltaMs);
		for (const event of events) this.#answer(this.#parts, event, picture);
	}

	#answer(parts: Parts, event: PlayEvent, { keeper }: Picture): void {
		parts.sparks.answer(event, { x: keeper.x + 32, y: keeper.y + 64 });
		if (event.type === "jumped") parts.keeper.squash(-0.18);
		if (event.type === "touched-down") parts.keeper.squash(0.22);
		if (event.type === "dropped") parts.owls.hop(event.dropper);
		if (event.type === "deposited") parts.jar.gulp();
		if (event.type === "trouble-soon") {
			this.time.delayedCall(MAGPIE_AHEAD_MS, () => parts.magpie.fly());
		}
		if (event.type === "stone-broken") this.#shake(4);
		if (event.type === "stunned") this.#shake(3);
		if (event.type === "finished" && event.result === "won") parts.sparks.fountain();
	}

	#puff({ sparks }: Parts, { keeper }: Picture, deltaMs: number): void {
		this.#puffMs += deltaMs;
		if (!keeper.running || !keeper.standing || this.#puffMs < STEP_PUFF_MS) return;
		this.#puffMs = 0;
		sparks.step(keeper.x + 32 - keeper.facing * 20, keeper.y + 64);
	}

	#shake(px: number): void {
		if (!this.#look.calm) this.cameras.main.shake(110, px / LEVEL_WIDTH);
	}
}

interface Parts {
	readonly backdrop: Backdrop;
	readonly owls: Owls;
	readonly jar: Jar;
	readonly stones: Stones;
	readonly stars: Stars;
	readonly keeper: Keeper;
	readonly magpie: Magpie;
	readonly sparks: Sparks;
}
