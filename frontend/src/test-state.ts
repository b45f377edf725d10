import { carriedArtifact, FIXED_POINT, leftCount, lyingCount } from "@savepoint/core";
import type { Match } from "./play/match.js";
import type { Picture } from "./scene/picture.js";
import { shownScreen } from "./ui/dom.js";

/**
 * What tests and bots may know of the page: `window.savepointTest.read()`, documented in the
 * frontend's README. It only reads: nobody can play through it.
 */
export interface TestState {
	readonly screen: string;
	readonly sessionId: string | null;
	readonly seed: number | null;
	readonly durationMs: number | null;
	readonly timeMs: number | null;
	readonly player: { readonly x: number; readonly y: number } | null;
	readonly carried: string | null;
	readonly lying: number;
	readonly left: number;
	readonly result: string | null;
	readonly saveState: object | null;
	readonly saveText: string;
	/** The whole world of `core`, for a bot that thinks with it. */
	readonly world: object | null;
	readonly hash: string | null;
	readonly serverHash: string | null;
	readonly replay: {
		readonly timeMs: number;
		readonly hash: string;
		readonly hashMatches: boolean;
	} | null;
	readonly frames: {
		readonly p95Ms: number;
		readonly maxMs: number;
		readonly count: number;
		/** How many took more than 100 ms. */
		readonly long: number;
	};
}

export interface Watched {
	match: Match | null;
	replay: {
		readonly picture: Picture;
		readonly hash: string;
		readonly hashMatches: boolean;
	} | null;
}

declare global {
	interface Window {
		savepointTest?: { read(): TestState; forgetFrames(): void };
	}
}

const FRAMES_KEPT = 1200;
const LONG_FRAME_MS = 100;

export function exposeTestState(watched: Watched): void {
	const frames: number[] = [];
	let lastMs = 0;
	const onFrame = (nowMs: number) => {
		if (lastMs > 0 && watched.match !== null && !document.hidden) frames.push(nowMs - lastMs);
		if (frames.length > FRAMES_KEPT) frames.shift();
		lastMs = nowMs;
		requestAnimationFrame(onFrame);
	};
	requestAnimationFrame(onFrame);
	window.savepointTest = {
		read: () => read(watched, frames),
		forgetFrames: () => {
			frames.length = 0;
		},
	};
}

function read({ match, replay }: Watched, frames: readonly number[]): TestState {
	const world = match?.world ?? null;
	const sorted = [...frames].sort((a, b) => a - b);
	return {
		screen: shownScreen(),
		sessionId: match?.client.session.sessionId ?? null,
		seed: match?.course.seed ?? null,
		durationMs: match?.course.durationMs ?? null,
		timeMs: match?.timeMs ?? null,
		player:
			world === null
				? null
				: { x: world.player.xFixed / FIXED_POINT, y: world.player.yFixed / FIXED_POINT },
		carried: world === null ? null : (carriedArtifact(world)?.id ?? null),
		lying: world === null ? 0 : lyingCount(world),
		left: world === null ? 0 : leftCount(world),
		result: world?.result ?? null,
		saveState: match?.client.saveState ?? null,
		saveText: document.getElementById("save-text")?.textContent ?? "",
		world,
		hash: match?.mirror.hash ?? null,
		serverHash: match?.client.session.stateHash ?? null,
		replay:
			replay === null
				? null
				: {
						timeMs: replay.picture.timeMs,
						hash: replay.hash,
						hashMatches: replay.hashMatches,
					},
		frames: {
			p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
			maxMs: sorted.at(-1) ?? 0,
			count: frames.length,
			long: sorted.filter((ms) => ms > LONG_FRAME_MS).length,
		},
	};
}
