import type { Action, Controls } from "./input.js";

const KEYS: Readonly<Partial<Record<string, Action>>> = {
	ArrowLeft: "left",
	ArrowRight: "right",
	ArrowUp: "jump",
	Space: "act",
	ArrowDown: "act",
	KeyA: "left",
	KeyD: "right",
	KeyW: "jump",
	KeyS: "act",
};

/** Whether the key belongs to a field, a button or a list, and not to the game. */
export function isTypedInto(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || target.closest("input, textarea, select, dialog") !== null)
	);
}

/**
 * Arrow keys (or WASD), Space. `isPlaying` says whether the game wants keys now; a key that is
 * typed into a field, or held together with Ctrl, Alt or Meta, is never taken.
 */
export function listenToKeys(controls: Controls, isPlaying: () => boolean): void {
	const actionOf = (event: KeyboardEvent): Action | null => {
		if (!isPlaying() || isTypedInto(event.target)) return null;
		if (event.ctrlKey || event.altKey || event.metaKey) return null;
		// Space on a focused button presses that button.
		const onButton = event.target instanceof HTMLElement && event.target.closest("button, a");
		if (event.code === "Space" && onButton) return null;
		return KEYS[event.code] ?? null;
	};
	window.addEventListener("keydown", (event) => {
		const action = actionOf(event);
		if (action === null) return;
		event.preventDefault();
		controls.press("keys", action);
	});
	window.addEventListener("keyup", (event) => {
		const action = KEYS[event.code];
		if (action !== undefined) controls.release("keys", action);
	});
	window.addEventListener("blur", () => controls.clear("keys"));
}
