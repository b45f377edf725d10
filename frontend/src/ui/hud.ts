import { LAST_TICKS_MS, WORRIED_FROM_ARTIFACTS } from "@savepoint/core";
import type { Picture } from "../scene/picture.js";
import { byId, clockText } from "./dom.js";

/** Time and counts above the game. Touches the page only where something changed. */
export class Hud {
	readonly #time = byId("hud-time", HTMLElement);
	readonly #lying = byId("hud-lying", HTMLElement);
	readonly #home = byId("hud-home", HTMLElement);
	readonly #clockBox = byId("clock", HTMLElement);
	readonly #lyingBox = byId("hud-lying-box", HTMLElement);

	show({ timeMs, durationMs, lying, home }: Picture): void {
		const leftMs = durationMs - timeMs;
		write(this.#time, clockText(leftMs));
		write(this.#lying, String(lying));
		write(this.#home, String(home));
		alarm(this.#clockBox, leftMs <= LAST_TICKS_MS);
		alarm(this.#lyingBox, lying >= WORRIED_FROM_ARTIFACTS);
	}
}

function write(element: HTMLElement, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

function alarm(element: HTMLElement, isOn: boolean): void {
	const value = String(isOn);
	if (element.dataset["alarm"] !== value) element.dataset["alarm"] = value;
}
