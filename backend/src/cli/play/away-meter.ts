export interface AwayMeterOptions {
	/** How long nothing may answer before the first answer ever; and between two later ones. */
	readonly firstPatienceMs: number;
	readonly patienceMs: number;
	readonly onAway: () => void;
	readonly onBack: (awayMs: number) => void;
	readonly onGivenUp: (everAnswered: boolean) => void;
}

/**
 * What all the bots together know of the server. It goes away when one bot gets no answer and is
 * back when none waits any more, so that one restart counts once, however many bots met it.
 */
export class AwayMeter {
	readonly #options: AwayMeterOptions;
	readonly #waiting = new Set<number>();
	#sinceMs = 0;
	#times = 0;
	#everAnswered = false;
	#patience: NodeJS.Timeout | null = null;

	constructor(options: AwayMeterOptions) {
		this.#options = options;
	}

	get times(): number {
		return this.#times;
	}

	noAnswer(bot: number): void {
		this.#waiting.add(bot);
		if (this.#waiting.size > 1 || this.#patience !== null) return;
		const { firstPatienceMs, patienceMs, onAway, onGivenUp } = this.#options;
		this.#times += 1;
		this.#sinceMs = Date.now();
		this.#patience = setTimeout(
			() => onGivenUp(this.#everAnswered),
			this.#everAnswered ? patienceMs : firstPatienceMs,
		);
		onAway();
	}

	answer(bot: number): void {
		this.#everAnswered = true;
		if (!this.#waiting.delete(bot) || this.#waiting.size > 0) return;
		this.stop();
		this.#options.onBack(Date.now() - this.#sinceMs);
	}

	/** Leaves no timer behind. */
	stop(): void {
		if (this.#patience !== null) clearTimeout(this.#patience);
		this.#patience = null;
	}
}
