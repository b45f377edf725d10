import type { SavepointClient } from "@savepoint/client";
import { normalisePlayerTag, type Session } from "@savepoint/core";
import { onLanguage, say } from "../i18n/language.js";
import { byId, show } from "./dom.js";
import { paintEnding } from "./ending-picture.js";
import { replayLink } from "./high-scores.js";
import { keepName, sendName } from "./name-sender.js";
import { remember, remembered } from "./settings.js";

const NAME_KEY = "before-dawn:name";
type NameState = "none" | "waiting" | "away" | "done" | "unranked" | "refused";

export interface Ending {
	readonly result: "won" | "lost" | "abandoned";
	readonly left: number;
	readonly home: number;
}

/** How the night ended, what the server has of it, and the way onto the list; also for the lost. */
export class ResultScreen {
	readonly #form = byId("name-form", HTMLFormElement);
	readonly #name = byId("name", HTMLInputElement);
	readonly #hint = byId("name-hint", HTMLElement);
	readonly #onListed: () => void;
	#client: SavepointClient | null = null;
	#ending: Ending | null = null;
	#stored: Session | null = null;
	#nameState: NameState = "none";

	constructor(onListed: () => void) {
		this.#onListed = onListed;
		this.#form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.#take();
		});
		onLanguage(() => this.#show());
	}

	/** `stored`: what the server has, where that is known already. */
	open(client: SavepointClient, ending: Ending, stored: Session | null): void {
		this.#client = client;
		this.#ending = ending;
		this.#stored = stored;
		this.#nameState = "none";
		this.#name.value = remembered(NAME_KEY) ?? "";
		this.#hint.dataset["bad"] = "false";
		for (const name of ["saved", "away", "back", "lost"] as const) {
			client.on(name, () => this.#client === client && this.#show());
		}
		this.#show();
		show("result");
		byId("result-title", HTMLElement).focus();
	}

	/** The server has it on disk. */
	isStored(client: SavepointClient, session: Session): void {
		if (this.#client !== client) return;
		this.#stored = session;
		this.#show();
	}

	#take(): void {
		const playerTag = normalisePlayerTag(this.#name.value);
		this.#hint.dataset["bad"] = String(playerTag === null);
		this.#hint.textContent = say(playerTag === null ? "nameBad" : "nameHint");
		const client = this.#client;
		if (playerTag === null || client === null) return;

		remember(NAME_KEY, playerTag);
		const wanted = { sessionId: client.session.sessionId, playerTag };
		keepName(wanted);
		this.#toName(client, "waiting");
		void this.#send(client, wanted);
	}

	async #send(
		client: SavepointClient,
		wanted: { readonly sessionId: string; readonly playerTag: string },
	): Promise<void> {
		try {
			await client.settled();
		} catch {
			// Closed for a new game: that start delivers the moves first, and the name can wait for it.
		}
		const outcome = await sendName(wanted, () => this.#toName(client, "away"));
		this.#toName(client, outcome);
		if (outcome === "done") this.#onListed();
	}

	#toName(client: SavepointClient, state: NameState): void {
		if (this.#client !== client) return;
		this.#nameState = state;
		this.#show();
	}

	#show(): void {
		const ending = this.#ending;
		if (ending === null || this.#client === null) return;
		const { result } = ending;
		write("result-title", say(`${result}Title`));
		write("result-text", textOf(ending));
		write("result-stored", storedText(this.#client, this.#stored, result));
		const names = {
			none: "",
			waiting: say("nameWaiting"),
			away: say("nameAway"),
			done: say("nameDone"),
			unranked: say("nameUnranked"),
			refused: say("failed", { reason: "" }),
		};
		write("name-notice", names[this.#nameState]);
		this.#form.hidden = this.#nameState !== "none" || result === "abandoned";
		const replayId = this.#stored?.replayId ?? null;
		const watch = byId("watch-own", HTMLAnchorElement);
		watch.hidden = replayId === null;
		if (replayId !== null) watch.href = replayLink(replayId);
		paintEnding(byId("result-picture", HTMLCanvasElement), ending);
	}
}

function textOf({ result, left, home }: Ending): string {
	if (result === "won") return home === 1 ? say("wonTextOne") : say("wonText", { home });
	if (result === "abandoned") return say("abandonedText");
	return left === 1 ? say("lostTextOne", { home }) : say("lostText", { left, home });
}

/** Only what receipts say: it is stored when the server said so. */
function storedText(
	{ saveState }: SavepointClient,
	stored: Session | null,
	shown: Ending["result"],
): string {
	const result = stored?.result ?? null;
	if (result !== null) {
		const words = { result: say(result).toLowerCase() };
		return say(result === shown ? "resultStored" : "resultDiffers", words);
	}
	if (saveState.state === "lost") return say("saveLost", { code: saveState.code });
	return say(saveState.state === "away" ? "resultAway" : "resultSaving");
}

function write(id: string, text: string): void {
	const box = byId(id, HTMLElement);
	if (box.textContent !== text) box.textContent = text;
}
