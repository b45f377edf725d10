import { LEVEL_HEIGHT, LEVEL_WIDTH } from "@savepoint/core";
import { CANVAS, Game, Scale } from "phaser";
import { ArenaScene } from "./arena-scene.js";
import type { Projector } from "./picture.js";

/** Texture pixels per arena pixel, at most: finer is not seen, only paid for. */
const SCALE_MAX = 2;

export interface Arena {
	/** Takes the picture away and frees what it held. */
	close(): void;
}

/**
 * Shows the projector's frames in `parent`, scaled to fit it, as sharp as the screen is.
 *
 * Resolves when the first frame can be drawn.
 */
export function openArena(parent: HTMLElement, projector: Projector): Promise<Arena> {
	const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
	const shown = Math.min(parent.clientWidth / LEVEL_WIDTH, parent.clientHeight / LEVEL_HEIGHT);
	const scale = Math.max(1, Math.min(SCALE_MAX, shown * devicePixelRatio));
	return new Promise((resolve) => {
		const game = new Game({
			// Some sixty pictures a frame: drawn in 2D they are as fast as in WebGL where there is a
			// graphics card, and twenty times as fast where there is none.
			type: CANVAS,
			parent,
			width: Math.round(LEVEL_WIDTH * scale),
			height: Math.round(LEVEL_HEIGHT * scale),
			scale: { mode: Scale.FIT, autoCenter: Scale.CENTER_BOTH },
			scene: new ArenaScene(projector, { scale, calm }),
			// Keys, fingers, gamepads and sounds are ours: the engine only draws.
			input: { keyboard: false, mouse: false, touch: false, gamepad: false },
			audio: { noAudio: true },
			// The sky covers everything in every frame.
			render: { clearBeforeRender: false },
			banner: false,
			disableContextMenu: false,
			callbacks: { postBoot: () => resolve({ close: () => game.destroy(true) }) },
		});
		game.canvas?.setAttribute("aria-hidden", "true");
	});
}
