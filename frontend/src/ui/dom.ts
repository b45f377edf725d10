/** The element of the page with this id. The page brings them all; a missing one is a bug. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
	const found = document.getElementById(id);
	if (!(found instanceof type)) throw new Error(`The page has no ${type.name} "${id}".`);
	return found;
}

export type Screen = "start" | "play" | "result" | "other-tab" | "replay";

export function show(screen: Screen): void {
	document.body.dataset["screen"] = screen;
	byId("hud", HTMLElement).hidden = screen !== "play" && screen !== "replay";
	byId("tape", HTMLElement).hidden = screen !== "replay";
	window.scrollTo(0, 0);
}

export const shownScreen = (): string => document.body.dataset["screen"] ?? "";

export function element<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	text = "",
	className = "",
): HTMLElementTagNameMap[K] {
	const made = document.createElement(tag);
	made.textContent = text;
	if (className !== "") made.className = className;
	return made;
}

/** 61,400 ms is 1:02: as long as a part of a second is left, it counts. */
export function clockText(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
