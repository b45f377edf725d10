/**
 * The database's clock, as far as this process knows it: servers whose own clocks differ agree on
 * it. It goes on by the process's monotonic clock, so that nobody who sets a server's clock can
 * move it, and is set anew when the database says something else than it.
 */
export class DatabaseClock {
	readonly #monotonicMs: () => number;
	/** What to add to the monotonic clock. */
	#baseMs: number | null = null;

	constructor(monotonicMs: () => number = () => performance.now()) {
		this.#monotonicMs = monotonicMs;
	}

	/** To be given to `agree` with the answer: when it was asked. */
	ask(): number {
		return this.#monotonicMs();
	}

	/**
	 * The database said `saidMs` at some moment between the asking and now. Where our time lies
	 * within what that leaves open, it stays: a slow answer must not make it jump.
	 */
	agree(askedMs: number, saidMs: number): void {
		const nowMs = this.#monotonicMs();
		const earliest = saidMs - nowMs;
		const latest = saidMs - askedMs;
		if (this.#baseMs === null || this.#baseMs < earliest - 1 || this.#baseMs > latest + 1)
			this.#baseMs = (earliest + latest) / 2;
	}

	/** Milliseconds since 1970, whole. */
	nowMs(): number {
		return Math.round((this.#baseMs ?? Date.now() - this.#monotonicMs()) + this.#monotonicMs());
	}
}
