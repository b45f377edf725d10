import { english, type TextKey } from "./english.js";
import { swedish } from "./swedish.js";

export type { TextKey } from "./english.js";
export type Language = "en" | "sv";
export type Words = Readonly<Record<string, string | number>>;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = {
	en: english,
	sv: swedish,
};
const SWITCHED = "before-dawn:language";

let current: Language = "en";

export const language = (): Language => current;
export const isLanguage = (text: string | null): text is Language => text === "en" || text === "sv";

/** The text of a key in the player's language, with its `{words}` filled in. */
export function say(key: TextKey, words: Words = {}): string {
	return TEXTS[current][key].replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ""));
}

/** Switches, translates the page and tells whoever wrote texts of its own. */
export function speak(chosen: Language): void {
	current = chosen;
	document.documentElement.lang = chosen;
	document.title = say("title");
	translate(document);
	document.dispatchEvent(new CustomEvent(SWITCHED));
}

export function onLanguage(listener: () => void): void {
	document.addEventListener(SWITCHED, listener);
}

/** Fills in `data-text`, and `data-label` for what only a screen reader hears. */
export function translate(root: ParentNode): void {
	for (const element of root.querySelectorAll<HTMLElement>("[data-text], [data-label]")) {
		const { text, label } = element.dataset;
		if (isKey(text)) element.textContent = say(text, { seconds: 60 });
		if (isKey(label)) element.setAttribute("aria-label", say(label));
	}
}

const isKey = (text: string | undefined): text is TextKey =>
	text !== undefined && Object.hasOwn(english, text);
