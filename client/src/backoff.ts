import type { Clock, Outcome, RetryFailure } from "./types.js";

export interface BackoffLimits {
	readonly firstMs: number;
	readonly maxMs: number;
}
/** For moves and calls: short, because a player looks at the indicator. */
export const CALL_BACKOFF: BackoffLimits = { firstMs: 200, maxMs: 5_000 };
/** For the live connection: longer, because HTTP stands in for it. */
export const LIVE_BACKOFF: BackoffLimits = { firstMs: 500, maxMs: 30_000 };

/**
 * Exponential back-off. Half of each wait is random, so that all the players of a server that comes
 * back do not knock in the same millisecond.
 */
export class Backoff {
	readonly #limits: BackoffLimits;
	readonly #random: () => number;
	#failures = 0;

	constructor(limits: BackoffLimits, random: () => number) {
		this.#limits = limits;
		this.#random = random;
	}

	/** The next wait. What the server asked for is a minimum, and gets the jitter on top. */
	nextMs(retryAfterMs: number | null = null): number {
		const { firstMs, maxMs } = this.#limits;
		const ceilingMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30));
		this.#failures += 1;
		const jitterMs = (ceilingMs / 2) * this.#random();
		return Math.round(Math.max(retryAfterMs ?? 0, ceilingMs / 2) + jitterMs);
	}

	reset(): void {
		this.#failures = 0;
	}
}

export interface PatientCall {
	readonly clock: Clock;
	readonly backoff: Backoff;
	readonly signal?: AbortSignal | undefined;
	readonly onRetry?: ((failure: RetryFailure, retryInMs: number) => void) | undefined;
}

/**
 * Calls until there is an answer or a final failure. Rejects only with the reason of the signal.
 */
export async function untilAnswered<T>(
	call: () => Promise<Outcome<T>>,
	{ clock, backoff, signal, onRetry }: PatientCall,
): Promise<Exclude<Outcome<T>, RetryFailure>> {
	for (;;) {
		signal?.throwIfAborted();
		const outcome = await call();
		if (outcome.kind !== "retry") return outcome;
		const retryInMs = backoff.nextMs(outcome.retryAfterMs);
		onRetry?.(outcome, retryInMs);
		await sleep(clock, retryInMs, signal);
	}
}

/** Ends early when the signal is aborted; the caller looks at the signal afterwards. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const finish = () => {
			cancel();
			signal?.removeEventListener("abort", finish);
			resolve();
		};
		const cancel = clock.after(delayMs, finish);
		if (signal?.aborted) finish();
		else signal?.addEventListener("abort", finish);
	});
}
