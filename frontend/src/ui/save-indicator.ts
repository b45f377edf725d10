import type { RolledBack, SavepointClient, SaveState } from "@savepoint/client";
import { onLanguage, say } from "../i18n/language.js";
import { byId } from "./dom.js";

const TOLD_MS = 10_000;

/** What was stored, in words: from the client's receipts and from nothing else. */
export class SaveIndicator {
	readonly #box = byId("save", HTMLElement);
	readonly #text = byId("save-text", HTMLElement);
	#client: SavepointClient | null = null;
	#leave: (() => void)[] = [];
	/** What takes the place of the ordinary words for a while. */
	#told: string | null = null;

	constructor() {
		onLanguage(() => this.#show());
	}

	follow(client: SavepointClient): void {
		this.forget();
		this.#client = client;
		for (const name of ["saving", "saved", "away", "back", "lost", "changed", "ended"] as const) {
			this.#leave.push(client.on(name, () => this.#show()));
		}
		this.#leave.push(client.on("rolled-back", (rolledBack) => this.#tell(rolledBack)));
		if (client.rolledBack !== null) this.#tell(client.rolledBack);
		this.#show();
	}

	forget(): void {
		for (const leave of this.#leave) leave();
		this.#leave = [];
		this.#client = null;
		this.#show();
	}

	/** One calm sentence, long enough to be read. */
	#tell({ lost }: RolledBack): void {
		this.#told = lost === 0 ? say("rolledBackResent") : say("rolledBackLost", { lost });
		setTimeout(() => {
			this.#told = null;
			this.#show();
		}, TOLD_MS);
		this.#show();
	}

	#show(): void {
		const state = this.#client?.saveState ?? null;
		this.#box.hidden = state === null;
		if (state === null) return;
		const text = this.#told ?? wordsFor(state);
		this.#box.dataset["state"] = state.state;
		if (this.#text.textContent !== text) this.#text.textContent = text;
	}
}

function wordsFor(state: SaveState): string {
	switch (state.state) {
		case "saved":
			return state.seq === 0 ? say("savedNone") : say("saved", { seq: state.seq });
		case "saving":
			return state.pending === 1 ? say("savingOne") : say("saving", { pending: state.pending });
		case "away":
			return say("away");
		case "lost":
			return say("saveLost", { code: state.code });
	}
}
