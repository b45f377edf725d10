import { botInput, courseOf, type PlayInput, type PlayWorld } from "@savepoint/core";
import type { Page } from "playwright-core";
import type { TestState } from "#src/test-state.js";
import { stateOf } from "./browser.js";

const KEYS: Readonly<Record<keyof PlayInput, string>> = {
	left: "ArrowLeft",
	right: "ArrowRight",
	jump: "ArrowUp",
	act: "Space",
};
const ACTIONS = ["left", "right", "jump", "act"] as const;

/**
 * Plays with real keys: reads what the page tells, thinks with the bot of `core`, presses and lets
 * go, until `isDone`. Keys are up when it returns.
 */
export async function playByKeys(
	page: Page,
	isDone: (state: TestState) => boolean,
): Promise<TestState> {
	const down = new Set<keyof PlayInput>();
	const set = async (action: keyof PlayInput, wanted: boolean) => {
		if (down.has(action) === wanted) return;
		if (wanted) down.add(action);
		else down.delete(action);
		await (wanted ? page.keyboard.down(KEYS[action]) : page.keyboard.up(KEYS[action]));
	};
	for (;;) {
		const state = await stateOf(page);
		const done = isDone(state) || state.world === null || state.result !== null;
		const wanted = done ? null : thinkOf(state);
		for (const action of ACTIONS) await set(action, wanted?.[action] ?? false);
		if (done) return state;
	}
}

function thinkOf({ seed, durationMs, world }: TestState): PlayInput | null {
	if (seed === null || durationMs === null || world === null) return null;
	return botInput(courseOf(seed, durationMs), world as PlayWorld);
}
