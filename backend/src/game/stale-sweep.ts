import { SWEEP_BATCH_SESSIONS, SWEEP_INTERVAL_MS } from "../limits.js";
import type { Log } from "../log.js";
import type { DueSession } from "../storage/ports.js";
import { Recurring } from "./recurring.js";

export interface StaleSweepDeps {
	readonly due: (after: DueSession | null, limit: number) => Promise<DueSession[]>;
	readonly end: (id: string) => Promise<void>;
	readonly log: Log;
}

/**
 * Ends sessions that nobody ended, some at a time, by an index on their due time (S2). A session
 * that cannot be ended, because what is stored of it does not verify, is passed over and stays as
 * it is.
 */
export class StaleSweep {
	readonly #deps: StaleSweepDeps;
	readonly #turns: Recurring;
	/** Harmed sessions at the head of the index, so that they are not read again each second. */
	#after: DueSession | null = null;

	constructor(deps: StaleSweepDeps) {
		this.#deps = deps;
		this.#turns = new Recurring(
			SWEEP_INTERVAL_MS,
			() => this.#sweepOnce(),
			(error) => deps.log.warn({ err: error }, "the sweep will try again"),
		);
	}

	start(): void {
		this.#turns.start();
	}

	stop(): Promise<void> {
		return this.#turns.stop();
	}

	async #sweepOnce(): Promise<void> {
		for (;;) {
			const due = await this.#deps.due(this.#after, SWEEP_BATCH_SESSIONS);
			const ends = await Promise.allSettled(due.map((session) => this.#deps.end(session.id)));
			const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
			const passing = failures.find((failure) => !isHarmed(failure));
			if (passing !== undefined) throw passing;
			if (failures.length > 0) {
				this.#after = due.at(-1) ?? null;
				const keys = due.filter((_, at) => ends[at]?.status === "rejected").map(({ key }) => key);
				this.#deps.log.error(
					{ sessionKeys: keys },
					"stale sessions that do not verify were passed over",
				);
			}
			if (due.length < SWEEP_BATCH_SESSIONS || this.#turns.isStopped) return;
		}
	}
}

const isHarmed = (error: unknown): boolean =>
	error instanceof Error && "code" in error && error.code === "SESSION_HARMED";
