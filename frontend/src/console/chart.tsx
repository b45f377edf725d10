import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
	readonly label: string;
	readonly colour: string;
	/** null: a gap. */
	readonly values: readonly (number | null)[];
}

interface ChartProps {
	readonly title: string;
	/** Seconds since 1970. */
	readonly times: readonly number[];
	readonly lines: readonly Line[];
	/** A value in words; not given: the number. Must not change from one drawing to the next. */
	readonly format?: (value: number) => string;
	/** What the lines come to, for whoever does not see them. */
	readonly summary?: string;
}

const HEIGHT = 220;
const plain = (value: number): string => String(value);
const AXIS = { stroke: "#cfc6ee", grid: { stroke: "#ffffff14" }, ticks: { stroke: "#ffffff22" } };

/** Lines over time. */
export function Chart({ title, times, lines, summary, format = plain }: ChartProps) {
	const host = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const { current } = host;
		if (current === null) return;
		const plot = new uPlot(
			{
				width: Math.max(240, current.clientWidth),
				height: HEIGHT,
				scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
				axes: [AXIS, { ...AXIS, size: 64, values: (_plot, splits) => splits.map(format) }],
				series: [
					{ label: "Time" },
					...lines.map(({ label, colour }) => ({
						label,
						stroke: colour,
						width: 2,
						value: (_plot: uPlot, value: number | null) => (value === null ? "–" : format(value)),
						points: { show: times.length < 3 },
					})),
				],
			},
			[[...times], ...lines.map(({ values }) => [...values])],
			current,
		);
		const resize = new ResizeObserver(() =>
			plot.setSize({ width: Math.max(240, current.clientWidth), height: HEIGHT }),
		);
		resize.observe(current);
		return () => {
			resize.disconnect();
			plot.destroy();
		};
	}, [times, lines, format]);
	return (
		<figure class="chart">
			<figcaption>
				{title}
				{summary === undefined ? null : <small>{summary}</small>}
			</figcaption>
			<div ref={host} role="img" aria-label={title} />
		</figure>
	);
}
