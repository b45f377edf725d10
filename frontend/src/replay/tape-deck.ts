import { onLanguage, say } from "../i18n/language.js";
import { byId, clockText, element } from "../ui/dom.js";

const SPEEDS = [0.5, 1, 2, 4] as const;

/** Play and pause, speed, and the bar to any moment. Keeps the time that is shown. */
export class TapeDeck {
	readonly #durationMs: number;
	readonly #button = element("button");
	readonly #slider = element("input");
	readonly #speed = element("select");
	readonly #clock = element("output");
	readonly #labels: (() => void)[] = [];
	#timeMs = 0;
	#playing = true;

	constructor(durationMs: number) {
		this.#durationMs = durationMs;
		this.#build(byId("tape", HTMLFormElement));
		onLanguage(() => this.#show());
		this.#show();
	}

	/** The time of the next frame, `deltaMs` of real time after the last one. */
	advance(deltaMs: number): number {
		if (this.#playing) {
			this.#timeMs = Math.min(this.#durationMs, this.#timeMs + deltaMs * Number(this.#speed.value));
			if (this.#timeMs >= this.#durationMs) this.#playing = false;
			this.#show();
		}
		return this.#timeMs;
	}

	#build(form: HTMLFormElement): void {
		form.addEventListener("submit", (event) => event.preventDefault());
		this.#button.type = "button";
		this.#button.addEventListener("click", () => {
			if (!this.#playing && this.#timeMs >= this.#durationMs) this.#timeMs = 0;
			this.#playing = !this.#playing;
			this.#show();
		});
		this.#slider.type = "range";
		this.#slider.className = "slider";
		this.#slider.min = "0";
		this.#slider.max = String(this.#durationMs);
		this.#slider.step = "100";
		this.#slider.addEventListener("input", () => {
			this.#timeMs = Number(this.#slider.value);
			this.#show();
		});
		for (const speed of SPEEDS) {
			const option = element("option", `${speed}×`);
			option.value = String(speed);
			option.selected = speed === 1;
			this.#speed.append(option);
		}
		const back = element("a", "", "quiet");
		back.href = "/";
		this.#labels.push(() => {
			back.textContent = say("toStart");
		});
		form.replaceChildren(this.#button, this.#slider, this.#speed, this.#clock, back);
	}

	#show(): void {
		for (const label of this.#labels) label();
		const text = this.#playing ? `❚❚ ${say("pause")}` : `▶ ${say("play")}`;
		if (this.#button.textContent !== text) this.#button.textContent = text;
		this.#slider.setAttribute("aria-label", say("position"));
		this.#speed.setAttribute("aria-label", say("speed"));
		this.#slider.value = String(Math.round(this.#timeMs));
		const clock = `${clockText(this.#timeMs)} / ${clockText(this.#durationMs)}`;
		this.#slider.setAttribute("aria-valuetext", clock);
		if (this.#clock.textContent !== clock) this.#clock.textContent = clock;
	}
}
