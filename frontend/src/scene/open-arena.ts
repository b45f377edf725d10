import { LEVEL_HEIGHT, LEVEL_WIDTH } from "@savepoint/core";
import { CANVAS, Game, Scale } from "phaser";
import { ArenaScene } from "./arena-scene.js";
import type { Projector } from "./picture.js";

/** Pixels of the canvas per arena pixel, at most: finer is not seen, only paid for. */
const SCALE_MAX = 2;
const SCALE_MIN = 0.3;
/** A window that is being dragged larger is painted anew once it rests. */
const REST_MS = 250;
/** Below this the browser's own scaling cannot be told from a picture painted anew. */
const SEEN_DIFFERENCE = 0.04;

export interface Arena {
	/** Takes the picture away and frees what it held. */
	close(): void;
}

/**
 * Shows the projector's frames in `parent`, fitted to it, pixel for pixel as the screen has them;
 * painted anew when the window gets another size.
 *
 * Resolves when the first frame can be drawn.
 */
export async function openArena(parent: HTMLElement, projector: Projector): Promise<Arena> {
	let scale = wantedScale(parent);
	let game = await openGame(parent, projector, scale);
	let resting: ReturnType<typeof setTimeout> | undefined;
	const paintAnew = async () => {
		game.destroy(true);
		game = await openGame(parent, projector, scale);
	};
	const watcher = new ResizeObserver(() => {
		fit(game.canvas, parent);
		clearTimeout(resting);
		resting = setTimeout(() => {
			const wanted = wantedScale(parent);
			if (Math.abs(wanted / scale - 1) < SEEN_DIFFERENCE) return;
			scale = wanted;
			void paintAnew();
		}, REST_MS);
	});
	watcher.observe(parent);
	return {
		close() {
			clearTimeout(resting);
			watcher.disconnect();
			game.destroy(true);
		},
	};
}

function wantedScale({ clientWidth, clientHeight }: HTMLElement): number {
	const shown = Math.min(clientWidth / LEVEL_WIDTH, clientHeight / LEVEL_HEIGHT);
	return Math.max(SCALE_MIN, Math.min(SCALE_MAX, shown * devicePixelRatio));
}

/** Where the canvas has as many pixels as its place, the browser copies it without resampling. */
function fit(canvas: HTMLCanvasElement, { clientWidth, clientHeight }: HTMLElement): void {
	const isOneToOne = Math.abs(clientWidth * devicePixelRatio - canvas.width) < 2;
	const width = isOneToOne ? canvas.width / devicePixelRatio : clientWidth;
	const height = isOneToOne ? canvas.height / devicePixelRatio : clientHeight;
	canvas.style.width = `${width}px`;
	canvas.style.height = `${height}px`;
}

function openGame(parent: HTMLElement, projector: Projector, scale: number): Promise<Game> {
	const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
	return new Promise((resolve) => {
		const game = new Game({
			// Some sixty pictures a frame: drawn in 2D they are as fast as in WebGL where there is a
			// graphics card, and twenty times as fast where there is none.
			type: CANVAS,
			parent,
			width: Math.round(LEVEL_WIDTH * scale),
			height: Math.round(LEVEL_HEIGHT * scale),
			scale: { mode: Scale.NONE },
			scene: new ArenaScene(projector, { scale, calm }),
			// Keys, fingers, gamepads and sounds are ours: the engine only draws.
			input: { keyboard: false, mouse: false, touch: false, gamepad: false },
			audio: { noAudio: true },
			// The sky covers everything in every frame.
			render: { clearBeforeRender: false },
			banner: false,
			disableContextMenu: false,
			callbacks: {
				postBoot: () => {
					fit(game.canvas, parent);
					resolve(game);
				},
			},
		});
		game.canvas?.setAttribute("aria-hidden", "true");
	});
}
