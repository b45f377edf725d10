import { formatNumber } from "../report/figure.js";
import { median } from "../report/statistics.js";
import { formatRows } from "../report/table.js";
import type { Sample } from "./sample.js";
import { PANELS } from "./soak-chart.js";

/** Of all samples, that stand for the start, and as many for the end. */
const SHARE = 0.1;

const ROWS = [
	...PANELS,
	{ title: "Moves", unit: "/s", of: (sample: Sample) => sample.movesPerSecond },
	{ title: "Answer to a message, p99", unit: "ms", of: (sample: Sample) => sample.batchP99Ms },
] as const;

/** The medians of the first and of the last tenth, and the largest in between. */
export function formatSoak(samples: readonly Sample[]): string {
	const count = Math.max(1, Math.round(samples.length * SHARE));
	const rows = ROWS.map(({ title, unit, of }) => {
		const show = (some: readonly Sample[], reduce: (values: number[]) => number): string => {
			const values = some.map(of).filter((value) => value !== null);
			return values.length === 0 ? "–" : `${formatNumber(reduce(values))} ${unit}`;
		};
		return [
			title,
			show(samples.slice(0, count), median),
			show(samples.slice(-count), median),
			show(samples, (values) => Math.max(...values)),
		];
	});
	return formatRows(["", "start", "end", "most"], rows);
}
