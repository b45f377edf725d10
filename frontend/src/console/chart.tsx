import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
	readonly label: string;
	readonly colour: string;
	readonly values: readonly number[];
}

const HEIGHT = 220;
const AXIS = { stroke: "#cfc6ee", grid: { stroke: "#ffffff14" }, ticks: { stroke: "#ffffff22" } };

/** Lines over time. The same numbers stand in the table that the page offers beside it. */
export function Chart(props: { title: string; times: readonly number[]; lines: readonly Line[] }) {
	const host = useRef<HTMLDivElement>(null);
	const { title, times, lines } = props;
	useEffect(() => {
		const { current } = host;
		if (current === null) return;
		const plot = new uPlot(
			{
				width: Math.max(240, current.clientWidth),
				height: HEIGHT,
				scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
				axes: [AXIS, { ...AXIS, size: 56 }],
				series: [
					{ label: "Time" },
					...lines.map(({ label, colour }) => ({
						label,
						stroke: colour,
						width: 2,
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
	}, [times, lines]);
	return (
		<figure class="chart">
			<figcaption>{title}</figcaption>
			<div ref={host} role="img" aria-label={title} />
		</figure>
	);
}
