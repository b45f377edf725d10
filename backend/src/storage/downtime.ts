import { DOWNTIME_GAP_MS } from "../limits.js";

/** What the `service` row is set to by a heartbeat; `expectedAtMs` is what must stand there now. */
export interface Heartbeat {
	readonly atMs: number;
	readonly downtimeMs: number;
	readonly expectedAtMs: number;
}

/**
 * The clock that stands still while nothing can be stored. Downtime is every gap between *durable*
 * heartbeats that is longer than two intervals: server gone, frozen, disk full. Only the sum is
 * kept; a session remembers the sum at its start, so that no row is touched when a server comes
 * back.
 */
export class Downtime {
	#beatAtMs: number;
	#totalMs: number;

	/** From the stored `service` row. */
	constructor(stored: { readonly heartbeatAtMs: number; readonly downtimeMs: number }) {
		this.#beatAtMs = stored.heartbeatAtMs;
		this.#totalMs = stored.downtimeMs;
	}

	/**
	 * Sum of all downtime up to `nowMs`, with the gap that is open now. A clock that was set back
	 * makes a negative gap: what has passed for the sessions stays passed.
	 */
	totalMsAt(nowMs: number): number {
		const gapMs = nowMs - this.#beatAtMs;
		return gapMs > DOWNTIME_GAP_MS || gapMs < 0 ? this.#totalMs + gapMs : this.#totalMs;
	}

	/** The heartbeat to store now. It counts only after `confirm`. */
	beat(nowMs: number): Heartbeat {
		return {
			atMs: nowMs,
			downtimeMs: this.totalMsAt(nowMs),
			expectedAtMs: this.#beatAtMs,
		};
	}

	/** The heartbeat is durable. */
	confirm(beat: Pick<Heartbeat, "atMs" | "downtimeMs">): void {
		this.#beatAtMs = beat.atMs;
		this.#totalMs = beat.downtimeMs;
	}

	/**
	 * How far the last durable heartbeat is from now; one from the future, after a clock was set
	 * back, too.
	 */
	ageMsAt(nowMs: number): number {
		return Math.abs(nowMs - this.#beatAtMs);
	}
}
