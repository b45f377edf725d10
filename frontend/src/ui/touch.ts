import type { Action, Controls } from "../play/input.js";

const ACTIONS: ReadonlySet<string> = new Set<Action>(["left", "right", "jump", "act"]);
const isAction = (text: string | undefined): text is Action => ACTIONS.has(text ?? "");

/**
 * The round buttons beside or below the game. A finger may slide from one to the next; several
 * fingers hold several. They appear with the first touch, or at once on a device without a mouse.
 */
export function listenToTouch(controls: Controls): void {
	const body = document.body;
	const useTouch = (isTouch: boolean) => {
		body.dataset["touch"] = String(isTouch);
	};
	useTouch(matchMedia("(pointer: coarse)").matches);
	window.addEventListener("touchstart", () => useTouch(true), { passive: true });

	const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-action]")];
	const follow = (event: PointerEvent) => {
		const source = `finger-${event.pointerId}`;
		controls.clear(source);
		const isDown = event.type !== "pointerup" && event.type !== "pointercancel";
		const under = document.elementFromPoint(event.clientX, event.clientY);
		const button = isDown ? under?.closest<HTMLElement>("[data-action]") : null;
		const action = button?.dataset["action"];
		if (isAction(action)) controls.press(source, action);
		const { input } = controls;
		for (const one of buttons) {
			const { action: its } = one.dataset;
			one.dataset["held"] = String(isAction(its) && input[its]);
		}
	};
	for (const area of document.querySelectorAll<HTMLElement>(".touch")) {
		area.addEventListener("pointerdown", (event) => {
			event.preventDefault();
			follow(event);
			const pointer = event.pointerId;
			const onMove = (next: PointerEvent) => next.pointerId === pointer && follow(next);
			const onEnd = (next: PointerEvent) => {
				if (next.pointerId !== pointer) return;
				follow(next);
				window.removeEventListener("pointermove", onMove);
				window.removeEventListener("pointerup", onEnd);
				window.removeEventListener("pointercancel", onEnd);
			};
			window.addEventListener("pointermove", onMove);
			window.addEventListener("pointerup", onEnd);
			window.addEventListener("pointercancel", onEnd);
		});
		area.addEventListener("contextmenu", (event) => event.preventDefault());
	}
}
