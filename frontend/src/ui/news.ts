import type { Notice } from "@savepoint/core";
import { readNotices } from "../api.js";
import { onLanguage, say } from "../i18n/language.js";
import { byId, element } from "./dom.js";
import { remember, remembered } from "./settings.js";

const LOOK_MS = 60_000;
const HIDDEN_KEY = "before-dawn:news-hidden";

/**
 * What the operator has to say to players, above everything, until it is over or the player hides
 * it. While the server is away what was said stays.
 */
export class News {
	readonly #box = byId("news", HTMLElement);
	#notices: readonly Notice[] = [];

	/** Looks now, and once a minute while somebody can see the page. */
	start(): void {
		onLanguage(() => this.#show());
		void this.#look();
		setInterval(() => {
			if (document.visibilityState === "visible") void this.#look();
		}, LOOK_MS);
	}

	async #look(): Promise<void> {
		const answer = await readNotices();
		if (answer.kind !== "ok") return;
		this.#notices = answer.value;
		this.#show();
	}

	#show(): void {
		const hidden = remembered(HIDDEN_KEY)?.split(" ") ?? [];
		const shown = this.#notices.filter(({ id }) => !hidden.includes(id));
		this.#box.replaceChildren(...shown.map((notice) => this.#line(notice)));
		this.#box.hidden = shown.length === 0;
	}

	#line({ id, title, message }: Notice): HTMLElement {
		const line = element("p");
		const hide = element("button", say("hideNews"), "quiet");
		hide.type = "button";
		hide.addEventListener("click", () => {
			// Of what is over nothing has to be remembered.
			const known = this.#notices.map((notice) => notice.id);
			const hidden = (remembered(HIDDEN_KEY)?.split(" ") ?? []).filter((one) =>
				known.includes(one),
			);
			remember(HIDDEN_KEY, [...hidden, id].join(" "));
			this.#show();
		});
		line.append(element("b", title), " ", message, " ", hide);
		return line;
	}
}
