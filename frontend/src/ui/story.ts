import type { PlayEvent } from "@savepoint/core";
import { say, type TextKey, type Words } from "../i18n/language.js";
import { byId, element } from "./dom.js";

const LOG_LINES = 40;
const TOAST_MS = 2800;

const LOG: Readonly<Partial<Record<PlayEvent["type"], TextKey>>> = {
	dropped: "logDropped",
	landed: "logLanded",
	"picked-up": "logPicked",
	"put-down": "logPut",
	deposited: "logDeposited",
	"stone-broken": "logBroken",
	stunned: "logStunned",
	"stones-placed": "logStones",
	"dropper-arrived": "logOwl",
};
const TOASTS: Readonly<Partial<Record<PlayEvent["type"], TextKey>>> = {
	"dropper-soon": "toastOwl",
	"trouble-soon": "toastMagpie",
};

/** The list of events below the game, newest first, and the toasts over its sky. */
export class Story {
	readonly #log = byId("log", HTMLOListElement);
	readonly #toasts = byId("toasts", HTMLElement);

	clear(): void {
		this.#log.replaceChildren();
		this.#toasts.replaceChildren();
	}

	tell(events: readonly PlayEvent[], words: Words): void {
		for (const event of events) {
			const key = LOG[event.type];
			if (key !== undefined) this.#log.prepend(element("li", say(key, words)));
			const toast = TOASTS[event.type];
			if (toast !== undefined) this.toast(toast);
			if (event.type === "last-tick" && event.secondsLeft === 10) this.toast("toastLast");
		}
		while (this.#log.childElementCount > LOG_LINES) this.#log.lastElementChild?.remove();
	}

	toast(key: TextKey): void {
		const toast = element("p", say(key), "toast");
		toast.style.margin = "0";
		this.#toasts.append(toast);
		setTimeout(() => toast.remove(), TOAST_MS);
	}
}
