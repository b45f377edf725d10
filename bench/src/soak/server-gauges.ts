import {
	type Buckets,
	bucketsOf,
	type MetricLine,
	parseMetrics,
	quantileBetween,
} from "./prometheus-text.js";

export interface Gauges {
	readonly loopDelayP99Ms: number | null;
	readonly syncP99Ms: number | null;
}

/** The gauge that prom-client itself keeps of the event loop. */
const LOOP_DELAY = /^(savepoint_)?(nodejs_eventloop_lag_p99|event_loop_delay_p99)_seconds$/;
const LOOP_DELAY_FAMILY = /^(savepoint_)?event_loop_delay_seconds$/;
const SYNC_FAMILY = /^savepoint_(\w*sync\w*|commit)_(duration_)?seconds$/;
const SHARE = 0.99;
const MS = 1000;

const gaugeOf = (lines: readonly MetricLine[], name: RegExp): number | null =>
	lines.find((line) => name.test(line.name) && line.labels["quantile"] === undefined)?.value ??
	null;

/** From a summary as it is, from a histogram what came in since the look before. */
function p99Of(
	now: readonly MetricLine[],
	before: readonly MetricLine[],
	family: RegExp,
): number | null {
	const summary = now.find(
		(line) => family.test(line.name) && line.labels["quantile"] === `${SHARE}`,
	);
	if (summary !== undefined) return summary.value;
	const bucket = now.find(
		({ name }) => name.endsWith("_bucket") && family.test(name.replace(/_bucket$/, "")),
	);
	if (bucket === undefined) return null;
	const name = bucket.name.replace(/_bucket$/, "");
	const [old, current]: readonly Buckets[] = [bucketsOf(before, name), bucketsOf(now, name)];
	return quantileBetween(old ?? new Map(), current ?? new Map(), SHARE);
}

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * MS);

/** Reads `/metrics` again and again; a server that has none tells nothing. */
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
		return {
			loopDelayP99Ms: inMs(gaugeOf(now, LOOP_DELAY) ?? p99Of(now, before, LOOP_DELAY_FAMILY)),
			syncP99Ms: inMs(p99Of(now, before, SYNC_FAMILY)),
		};
	}
}
