import type { Action, Controls } from "./input.js";

const DEAD_ZONE = 0.35;
/** The standard layout: A or B jumps, X or Y acts, the cross walks. */
const BUTTONS: readonly (readonly [number, Action])[] = [
	[0, "jump"],
	[1, "jump"],
	[2, "act"],
	[3, "act"],
	[12, "jump"],
	[14, "left"],
	[15, "right"],
];

/** Reads the first gamepad; to be called once a frame, because gamepads send no events. */
export function readGamepad(controls: Controls): void {
	controls.clear("gamepad");
	const pad = navigator.getGamepads?.().find((one) => one !== null);
	if (!pad) return;
	for (const [button, action] of BUTTONS) {
		if (pad.buttons[button]?.pressed) controls.press("gamepad", action);
	}
	const leaning = pad.axes[0] ?? 0;
	if (leaning < -DEAD_ZONE) controls.press("gamepad", "left");
	if (leaning > DEAD_ZONE) controls.press("gamepad", "right");
}
