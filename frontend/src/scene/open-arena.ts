import { LEVEL_HEIGHT, LEVEL_WIDTH } from "@savepoint/core";
import { AUTO, Game, Scale } from "phaser";
import { ArenaScene } from "./arena-scene.js";
import type { Projector } from "./picture.js";

const SCALE_MAX = 2.5;

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
			type: AUTO,
			parent,
			width: Math.round(LEVEL_WIDTH * scale),
			height: Math.round(LEVEL_HEIGHT * scale),
			scale: { mode: Scale.FIT, autoCenter: Scale.CENTER_BOTH },
			scene: new ArenaScene(projector, { scale, calm }),
			// Keys, fingers, gamepads and sounds are ours: the engine only draws.
			input: { keyboard: false, mouse: false, touch: false, gamepad: false },
			audio: { noAudio: true },
			// Edges are painted soft: several samples a pixel would only cost.
			render: { antialiasGL: false, powerPreference: "high-performance" },
			banner: false,
			disableContextMenu: false,
			callbacks: { postBoot: () => resolve({ close: () => game.destroy(true) }) },
		});
		game.canvas?.setAttribute("aria-hidden", "true");
	});
}
