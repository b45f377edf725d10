/**
 * Work that is done again and again, one turn at a time, some time after the last one ended. A turn
 * that fails is told to `onFailure`, and the next one comes all the same.
 */
export class Recurring {
	readonly #work: () => Promise<void>;
	readonly #everyMs: number;
	readonly #onFailure: (error: unknown) => void;
	#timer: NodeJS.Timeout | null = null;
	#running: Promise<void> | null = null;
	#stopped = false;

	constructor(everyMs: number, work: () => Promise<void>, onFailure: (error: unknown) => void) {
		this.#everyMs = everyMs;
		this.#work = work;
		this.#onFailure = onFailure;
	}

	get isStopped(): boolean {
		return this.#stopped;
	}

	/** The first turn comes after the same time. */
	start(): void {
		this.#timer = setTimeout(() => this.#turn(), this.#everyMs);
		this.#timer.unref();
	}

	/** Resolves when the turn that is under way has ended; no other comes. */
	async stop(): Promise<void> {
		this.#stopped = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#running;
	}

	#turn(): void {
		this.#running = this.#work()
			.catch(this.#onFailure)
			.finally(() => {
				this.#running = null;
				if (!this.#stopped) this.start();
			});
	}
}
