export interface AwayMeterOptions {
	/** How long nothing may answer before the first answer ever; and between two later ones. */
	readonly firstPatienceMs: number;
	readonly patienceMs: number;
	readonly onAway: () => void;
	readonly onBack: (awayMs: number) => void;
	readonly onGivenUp: (everAnswered: boolean) => void;
}

/**
 * What all the bots together know of the server: away from the first attempt of any bot that gets
 * no answer until the next one that does. So one restart counts once, however many bots meet it.
 */
export class AwayMeter {
	readonly #options: AwayMeterOptions;
	#sinceMs = 0;
	#times = 0;
	#everAnswered = false;
	/** Runs while the server is away. */
	#patience: NodeJS.Timeout | null = null;

	constructor(options: AwayMeterOptions) {
		this.#options = options;
	}

	get times(): number {
		return this.#times;
	}

	noAnswer(): void {
		if (this.#patience !== null) return;
		const { firstPatienceMs, patienceMs, onAway, onGivenUp } = this.#options;
		this.#times += 1;
		this.#sinceMs = Date.now();
		this.#patience = setTimeout(
			() => onGivenUp(this.#everAnswered),
			this.#everAnswered ? patienceMs : firstPatienceMs,
		);
		onAway();
	}

	answer(): void {
		this.#everAnswered = true;
		if (this.#patience === null) return;
		this.stop();
		this.#options.onBack(Date.now() - this.#sinceMs);
	}

	/** Leaves no timer behind. */
	stop(): void {
		if (this.#patience !== null) clearTimeout(this.#patience);
		this.#patience = null;
	}
}
