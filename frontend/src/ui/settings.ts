import { isLanguage, type Language, onLanguage, say, speak } from "../i18n/language.js";
import { isTypedInto } from "../play/keyboard.js";
import type { Audio } from "../sound/audio.js";
import { byId } from "./dom.js";

const LANGUAGE_KEY = "before-dawn:language";
const MUTED_KEY = "before-dawn:muted";

/** What the browser remembers; a forbidden storage remembers nothing. */
export function remembered(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

export function remember(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// It is only asked again next time.
	}
}

export const wasMuted = (): boolean => remembered(MUTED_KEY) === "true";

/** Sound (also by the key M) and language, kept for the next visit. */
export function openSettings(audio: Audio): void {
	const stored = remembered(LANGUAGE_KEY);
	const wanted = navigator.languages.some((tag) => tag.toLowerCase().startsWith("sv"));
	const first: Language = isLanguage(stored) ? stored : wanted ? "sv" : "en";
	const select = byId("language", HTMLSelectElement);
	select.value = first;
	select.addEventListener("change", () => {
		if (!isLanguage(select.value)) return;
		remember(LANGUAGE_KEY, select.value);
		speak(select.value);
	});

	const button = byId("sound", HTMLButtonElement);
	const show = () => {
		byId("sound-text", HTMLElement).textContent = say(audio.isMuted ? "soundOff" : "soundOn");
		byId("sound-icon", HTMLElement).textContent = audio.isMuted ? "✕" : "♪";
	};
	const toggle = () => {
		audio.mute(!audio.isMuted);
		remember(MUTED_KEY, String(audio.isMuted));
		show();
	};
	button.addEventListener("click", () => {
		toggle();
		button.blur();
	});
	window.addEventListener("keydown", (event) => {
		const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat;
		if (event.code === "KeyM" && isPlain && !isTypedInto(event.target)) toggle();
	});
	for (const gesture of ["pointerdown", "keydown", "touchend"]) {
		window.addEventListener(gesture, () => audio.wake());
	}
	onLanguage(show);
	speak(first);
}
