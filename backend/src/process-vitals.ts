import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ProcessVitals } from "./operator/storage-history.js";

/** How often the event loop is asked to be on time, which is all that watching it costs. */
const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

/** Watches this process from now on; each reading is of the time since the last one. */
export function watchProcess(): { read(): ProcessVitals; stop(): void } {
	const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	delays.enable();
	return {
		read() {
			// What is measured is the time from one turn to the next, of which the resolution is wanted.
			const lateMs = delays.percentile(99) / NS_PER_MS - RESOLUTION_MS;
			delays.reset();
			return {
				eventLoopMsP99: Number.isFinite(lateMs) ? Math.max(0, lateMs) : 0,
				memoryBytes: process.memoryUsage.rss(),
			};
		},
		stop: () => void delays.disable(),
	};
}
