import { LEVEL_HEIGHT, LEVEL_WIDTH } from "@savepoint/core";
import { CANVAS, Game, Scale, WEBGL } from "phaser";
import { ArenaScene } from "./arena-scene.js";
import type { Projector } from "./picture.js";

/** Texture pixels per arena pixel, at most: with a graphics card, and without one. */
const SCALE_MAX = { fast: 2.5, slow: 1.25 } as const;

const EMULATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

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
	const isFast = hasGraphicsCard();
	const finest = isFast ? SCALE_MAX.fast : SCALE_MAX.slow;
	const scale = Math.max(1, Math.min(finest, shown * devicePixelRatio));
	return new Promise((resolve) => {
		const game = new Game({
			type: isFast ? WEBGL : CANVAS,
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

/** Where WebGL is only emulated, the browser's own 2D drawing is twenty times as fast. */
function hasGraphicsCard(): boolean {
	const context = document.createElement("canvas").getContext("webgl");
	if (context === null) return false;
	const names = context.getExtension("WEBGL_debug_renderer_info");
	const renderer = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
	context.getExtension("WEBGL_lose_context")?.loseContext();
	return !EMULATED.test(String(renderer));
}
