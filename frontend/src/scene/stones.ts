import type { TerrainTile } from "@savepoint/core";
import type { GameObjects } from "phaser";
import type { Picture } from "./picture.js";
import { DEPTH, image, type Stage } from "./stage.js";
import { stoneTexture } from "./textures.js";

/** Floating stones; a new one pops up, a broken one is simply gone (the crumbs are particles). */
export class Stones {
	readonly #stage: Stage;
	readonly #shown = new Map<string, GameObjects.Image>();
	#tiles: readonly TerrainTile[] = [];

	constructor(stage: Stage) {
		this.#stage = stage;
	}

	show({ tiles }: Picture): void {
		if (tiles.length === this.#tiles.length && tiles.every((tile, at) => tile === this.#tiles[at]))
			return;
		const isFirst = this.#tiles.length === 0;
		this.#tiles = [...tiles];
		const standing = new Set(tiles.map(({ id }) => id));
		for (const [id, shown] of this.#shown) {
			if (standing.has(id)) continue;
			shown.destroy();
			this.#shown.delete(id);
		}
		for (const tile of tiles) {
			if (tile.type === "stone" && !this.#shown.has(tile.id)) this.#add(tile, isFirst);
		}
	}

	#add({ id, bounds }: TerrainTile, isFirst: boolean): void {
		const { scene, scale } = this.#stage;
		const { x, y, width, height } = bounds;
		const key = stoneTexture(scene, width, scale);
		const stone = image(this.#stage, key, [x + width / 2, y + height / 2 + 2], DEPTH.stones);
		this.#shown.set(id, stone);
		if (isFirst) return;
		stone.setScale(0.1 / scale);
		scene.tweens.add({ targets: stone, scale: 1 / scale, duration: 420, ease: "Back.easeOut" });
	}
}
