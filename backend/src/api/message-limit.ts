const WINDOW_MS = 60_000;

/** Counts the messages of one connection in windows of a minute. 0 means no limit. */
export class MessageLimit {
	private readonly perMinute: number;
	private readonly clock: { now(): number };
	private windowStartMs = Number.NEGATIVE_INFINITY;
	private count = 0;

	constructor(perMinute: number, clock: { now(): number }) {
		this.perMinute = perMinute;
		this.clock = clock;
	}

	/** false: this message is one too many. */
	take(): boolean {
		if (this.perMinute === 0) return true;
		const nowMs = this.clock.now();
		if (nowMs - this.windowStartMs >= WINDOW_MS) {
			this.windowStartMs = nowMs;
			this.count = 0;
		}
		this.count += 1;
		return this.count <= this.perMinute;
	}
}
