import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dayText, minuteText, secondText, timeText } from "./words.js";

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
	/** Between two marks of the scale; not given: round numbers. */
	readonly steps?: readonly number[];
	/** What the lines come to, for whoever does not see them. */
	readonly summary?: string;
}

const HEIGHT = 220;
/** Between two marks of time: as wide as `23:59:59`, and some air. */
const MARK_PX_MIN = 80;
const plain = (value: number): string => String(value);
const AXIS = { stroke: "#cfc6ee", grid: { stroke: "#ffffff14" }, ticks: { stroke: "#ffffff22" } };

const DAY_SECONDS = 86_400;
const isoOf = (atSeconds: number): string => new Date(atSeconds * 1_000).toISOString();

/** Marks of time as the rest of the console writes it: as exact as the marks are apart. */
const clockTexts: uPlot.Axis.DynamicValues = (...[, splits, , , apartSeconds]) =>
	splits.map((at) =>
		(apartSeconds >= DAY_SECONDS ? dayText : apartSeconds >= 60 ? minuteText : secondText)(
			isoOf(at),
		),
	);

/** Lines over time. */
export function Chart({ title, times, lines, summary, steps, format = plain }: ChartProps) {
	const host = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const { current } = host;
		if (current === null) return;
		const plot = new uPlot(
			{
				width: Math.max(240, current.clientWidth),
				height: HEIGHT,
				scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
				axes: [
					{ ...AXIS, values: clockTexts, space: MARK_PX_MIN },
					{
						...AXIS,
						size: 64,
						values: (_plot, splits) => splits.map(format),
						...(steps && { incrs: [...steps] }),
					},
				],
				series: [
					{ label: "Time", value: (_plot, at) => (at === null ? "–" : timeText(isoOf(at))) },
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
	}, [times, lines, format, steps]);
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
