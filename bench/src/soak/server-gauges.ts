import { bucketsOf, type MetricLine, parseMetrics, quantileBetween } from "./prometheus-text.js";

/** What the server tells of itself at `/metrics`; null: it tells nothing, or nothing came in. */
export interface Gauges {
	readonly loopDelayP99Ms: number | null;
	readonly syncP99Ms: number | null;
}

const LOOP_DELAY = "nodejs_eventloop_lag_p99_seconds";
/** A histogram of all that the server has committed: two looks tell what came in between. */
const COMMITS = "savepoint_commit_duration_seconds";
const SHARE = 0.99;
const MS = 1000;

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * MS);

export class GaugeReader {
	readonly #url: string;
	#before: readonly MetricLine[] = [];

	constructor(url: string) {
		this.#url = url;
	}

	async read(): Promise<Gauges> {
		const response = await fetch(`${this.#url}/metrics`);
		const text = await response.text();
		const now = response.ok ? parseMetrics(text) : [];
		const before = this.#before;
		this.#before = now;
		const loop = now.find(({ name }) => name === LOOP_DELAY)?.value ?? null;
		const sync = quantileBetween(bucketsOf(before, COMMITS), bucketsOf(now, COMMITS), SHARE);
		return { loopDelayP99Ms: inMs(loop), syncP99Ms: inMs(sync) };
	}
}
