import { onLanguage, say } from "../i18n/language.js";
import { byId } from "./dom.js";

type Waiting =
	| { readonly kind: "ready" }
	| { readonly kind: "loading" }
	| { readonly kind: "away"; readonly key: "startAway" | "resumeAway"; readonly untilMs: number }
	| { readonly kind: "failed"; readonly reason: string };

const LOOK_MS = 500;

/** The start button and what it waits for, in words. */
export class StartScreen {
	readonly #button = byId("start", HTMLButtonElement);
	readonly #notice = byId("start-notice", HTMLElement);
	readonly #giveUp = byId("give-up", HTMLButtonElement);
	#waiting: Waiting = { kind: "ready" };

	constructor() {
		onLanguage(() => this.#show());
		setInterval(() => this.#waiting.kind === "away" && this.#show(), LOOK_MS);
	}

	wait(): void {
		this.#waiting = { kind: "loading" };
		this.#show();
	}

	/** Nobody answers; the next try is on its way by itself. */
	away(key: "startAway" | "resumeAway", retryInMs: number): void {
		this.#waiting = { kind: "away", key, untilMs: performance.now() + retryInMs };
		this.#show();
	}

	/** null: the player went back. */
	failed(reason: string | null): void {
		this.#waiting = reason === null ? { kind: "ready" } : { kind: "failed", reason };
		this.#show();
	}

	/** The wait is over; a failure stays to be read. */
	ready(): void {
		if (this.#waiting.kind !== "failed") this.#waiting = { kind: "ready" };
		this.#show();
	}

	#show(): void {
		const waiting = this.#waiting;
		const isBusy = waiting.kind === "loading" || waiting.kind === "away";
		this.#button.disabled = isBusy;
		write(this.#button, say(isBusy ? "starting" : "start"));
		this.#giveUp.hidden = waiting.kind !== "away";
		write(this.#notice, noticeOf(waiting));
	}
}

function noticeOf(waiting: Waiting): string {
	if (waiting.kind === "failed") return say("failed", { reason: waiting.reason });
	if (waiting.kind !== "away") return "";
	const seconds = Math.max(0, Math.ceil((waiting.untilMs - performance.now()) / 1000));
	return `${say(waiting.key)} ${say("retryIn", { seconds })}`;
}

function write(element: HTMLElement, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}
