import type { Clock } from "./types.js";

/** The real clock. In Node its timers keep the process alive, as waiting moves should. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after(delayMs, run) {
		const timer = setTimeout(run, delayMs);
		return () => clearTimeout(timer);
	},
};
