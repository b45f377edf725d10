import type { Clock } from "@savepoint/client";

/** Longer waits may be time-outs of calls that are under way, and are left alone. */
const BACK_OFF_MS_MAX = 3_000;

/**
 * A clock whose back-offs end when somebody says that the server is back: with a kill every half
 * second, patient players would hardly play.
 */
export class ImpatientClock implements Clock {
	readonly #waits = new Set<() => void>();

	now(): number {
		return performance.now();
	}

	after(delayMs: number, run: () => void): () => void {
		const finish = () => {
			cancel();
			run();
		};
		const timer = setTimeout(finish, delayMs);
		const cancel = () => {
			clearTimeout(timer);
			this.#waits.delete(finish);
		};
		if (delayMs < BACK_OFF_MS_MAX) this.#waits.add(finish);
		return cancel;
	}

	/** Resolves after the time or at the next `wake`, whichever is first. */
	wait(delayMs: number): Promise<void> {
		return new Promise((resolve) => this.after(delayMs, resolve));
	}

	wake(): void {
		for (const finish of [...this.#waits]) finish();
	}
}
