import type { HighScore } from "@savepoint/core";
import { type Answer, readHighScores, untilThere } from "../api.js";
import { onLanguage, say } from "../i18n/language.js";
import { byId, element } from "./dom.js";

const SHOWN = 12;
const CLASS_OF: Readonly<Partial<Record<string, string>>> = { left: "number", wait: "number wait" };

/** The list on the start screen, each game with a link to watch it. */
export class HighScores {
	readonly #box = byId("scores", HTMLElement);
	#answer: Answer<readonly HighScore[]> | null = null;

	constructor() {
		onLanguage(() => this.#show());
	}

	/** Reads the list anew; an absent server is asked again until it answers. */
	async refresh(): Promise<void> {
		this.#answer = await untilThere(readHighScores, () => {
			if (this.#answer === null) this.#say("highScoresAway");
		});
		this.#show();
	}

	#show(): void {
		if (this.#answer?.kind !== "ok") return;
		const scores = this.#answer.value.slice(0, SHOWN);
		if (scores.length === 0) {
			this.#say("highScoresEmpty");
			return;
		}

		const head = element("tr");
		for (const key of ["rank", "player", "result", "left", "wait", "watch"] as const) {
			const cell = element("th", say(key), CLASS_OF[key] ?? "");
			cell.scope = "col";
			head.append(cell);
		}
		const table = element("table");
		table.createTHead().append(head);
		const body = table.createTBody();
		for (const [nth, score] of scores.entries()) body.append(rowOf(score, nth + 1));
		const box = element("div", "", "scores-box");
		box.append(table);
		this.#box.replaceChildren(box, element("p", say("highScoresOrder"), "hint"));
	}

	#say(key: "highScoresAway" | "highScoresEmpty"): void {
		this.#box.replaceChildren(element("p", say(key)));
	}
}

function rowOf(score: HighScore, rank: number): HTMLTableRowElement {
	const { playerTag, result, remainingUnchecked, averageWaitMs, verified, replayId } = score;
	const row = element("tr");
	// Names are of any script and direction: they must not turn the text beside them.
	const name = element("td", "", "name");
	name.append(element("bdi", playerTag));
	name.title = playerTag;
	const won = say(result === "won" ? "won" : "lost");
	const wait = averageWaitMs === null ? "–" : `${(averageWaitMs / 1000).toFixed(1)} s`;
	row.append(
		element("td", String(rank)),
		name,
		element("td", verified ? won : `${won} (${say("unverified")})`),
		element("td", String(remainingUnchecked), "number"),
		element("td", wait, CLASS_OF["wait"]),
	);
	const watch = element("td");
	if (replayId !== null) {
		const link = element("a", "▶ ", "watch");
		link.append(element("span", say("watch")));
		link.href = replayLink(replayId);
		link.setAttribute("aria-label", say("watchOf", { name: playerTag }));
		watch.append(link);
	}
	row.append(watch);
	return row;
}

export const replayLink = (replayId: string): string => `/?replay=${encodeURIComponent(replayId)}`;
