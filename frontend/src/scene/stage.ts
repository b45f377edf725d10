import type { GameObjects, Scene } from "phaser";

/** What every part of the picture needs: the scene, how finely it is painted, how lively it is. */
export interface Stage {
	readonly scene: Scene;
	/** Pixels of the canvas, and of textures, per arena pixel. */
	readonly scale: number;
	/** The player asked for little motion: no parallax, no shaking, few particles. */
	readonly calm: boolean;
}

export const DEPTH = {
	sky: 0,
	moon: 1,
	hills: 2,
	owls: 6,
	cloudFloor: 7,
	jarBack: 9,
	stones: 10,
	ground: 11,
	jar: 12,
	stars: 13,
	keeper: 14,
	carried: 15,
	magpie: 16,
	sparks: 18,
} as const;

/**
 * The nearest place that is a whole pixel of the canvas: a large picture that needs no smoothing is
 * copied in a tenth of the time. What moves fast enough to be looked at is not snapped.
 */
export const snapped = ({ scale }: Pick<Stage, "scale">, px: number): number =>
	Math.round(px * scale) / scale;

/** A large picture at whole pixels, placed by its top left corner. */
export function layer(
	stage: Stage,
	key: string,
	at: readonly [number, number],
	depth: number,
): GameObjects.Image {
	const place = [snapped(stage, at[0]), snapped(stage, at[1])] as const;
	return image(stage, key, place, depth).setOrigin(0, 0);
}

/** An image whose texture is finer than the arena's pixels. */
export function image(
	{ scene, scale }: Stage,
	key: string,
	at: readonly [number, number],
	depth: number,
): GameObjects.Image {
	return scene.add
		.image(at[0], at[1], key)
		.setScale(1 / scale)
		.setDepth(depth);
}
