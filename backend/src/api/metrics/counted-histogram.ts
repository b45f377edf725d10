import { Histogram, type Registry } from "prom-client";
import type { Histogram as Counts } from "../../histogram.js";

export interface HistogramSource {
	readonly name: string;
	readonly help: string;
	readonly read: () => Counts;
	/** From the unit that is counted to the one that is shown. */
	readonly scale: number;
}

interface Sample {
	readonly metricName: string;
	readonly labels: { readonly le?: number | string };
	readonly value: number;
}

/** A histogram whose values were counted elsewhere; prom-client's own would count them itself. */
export class CountedHistogram extends Histogram {
	readonly #source: HistogramSource;

	constructor(registry: Registry, source: HistogramSource) {
		super({ name: source.name, help: source.help, registers: [registry] });
		this.#source = source;
	}

	/** Where prom-client's registry, and its own `get`, take a histogram's values from. */
	async getForPromString(): Promise<object> {
		const { name, help, read, scale } = this.#source;
		const { bounds, counts, sum } = read();
		const values: Sample[] = [];
		let below = 0;
		for (const [at, count] of counts.entries()) {
			below += count;
			const bound = bounds[at];
			const le = bound === undefined ? "+Inf" : bound * scale;
			values.push({ metricName: `${name}_bucket`, labels: { le }, value: below });
		}
		values.push({ metricName: `${name}_sum`, labels: {}, value: sum * scale });
		values.push({ metricName: `${name}_count`, labels: {}, value: below });
		return { name, help, type: "histogram", aggregator: "sum", values };
	}
}
