import { formatNumber } from "../report/figure.js";
import type { Machine } from "../report/machine.js";
import { element, label, svgDocument } from "../report/svg.js";
import type { Sample } from "./sample.js";

interface Panel {
	readonly title: string;
	readonly unit: string;
	readonly of: (sample: Sample) => number | null;
}

const MIB = 2 ** 20;
export const PANELS: readonly Panel[] = [
	{ title: "Resident memory", unit: "MiB", of: (sample) => sample.residentBytes / MIB },
	{ title: "Write-ahead log", unit: "MiB", of: (sample) => sample.walBytes / MIB },
	{ title: "Event loop delay, p99", unit: "ms", of: (sample) => sample.loopDelayP99Ms },
	{ title: "Sync, p99", unit: "ms", of: (sample) => sample.syncP99Ms },
];

const PANEL = { width: 350, height: 170, left: 30, top: 40 };
const PLOT = { x: 50, y: 26, width: 280, height: 100 };
const COLUMNS = 2;

const valuesOf = ({ of }: Panel, samples: readonly Sample[]) =>
	samples.flatMap((sample) => {
		const value = of(sample);
		return value === null ? [] : [{ atSeconds: sample.atSeconds, value }];
	});

function drawPanel(panel: Panel, samples: readonly Sample[], at: number): string {
	const x = PANEL.left + (at % COLUMNS) * PANEL.width;
	const y = PANEL.top + Math.floor(at / COLUMNS) * PANEL.height;
	const values = valuesOf(panel, samples);
	const most = Math.max(1e-9, ...values.map(({ value }) => value));
	const seconds = Math.max(1, ...samples.map(({ atSeconds }) => atSeconds));
	const points = values.map(({ atSeconds, value }) => {
		const px = PLOT.x + (atSeconds / seconds) * PLOT.width;
		const py = PLOT.y + PLOT.height * (1 - value / most);
		return `${Math.round(px * 10) / 10},${Math.round(py * 10) / 10}`;
	});
	const bottom = PLOT.y + PLOT.height;
	const shapes = [
		label({ x: 0, y: 12 }, `${panel.title} (${panel.unit})`),
		element("path", {
			d: `M${PLOT.x} ${PLOT.y}V${bottom}H${PLOT.x + PLOT.width}`,
			class: "axis",
		}),
		label({ x: PLOT.x - 6, y: PLOT.y + 4 }, formatNumber(most), "small end"),
		label({ x: PLOT.x - 6, y: bottom }, "0", "small end"),
		label(
			{ x: PLOT.x + PLOT.width, y: bottom + 15 },
			`${formatNumber(seconds / 60)} min`,
			"small end",
		),
		values.length === 0
			? label({ x: PLOT.x + 10, y: PLOT.y + PLOT.height / 2 }, "the server does not tell", "small")
			: element("polyline", { points: points.join(" "), class: "line" }),
	];
	return element("g", { transform: `translate(${x} ${y})` }, shapes.join("\n"));
}

function describe(panel: Panel, samples: readonly Sample[]): string {
	const values = valuesOf(panel, samples);
	const [first, last] = [values[0], values.at(-1)];
	if (first === undefined || last === undefined) return `${panel.title}: not told.`;
	return `${panel.title}: from ${formatNumber(first.value)} to ${formatNumber(last.value)} ${panel.unit}.`;
}

/** Four panels, each from zero to its largest value. */
export function drawSoak(machine: Machine, samples: readonly Sample[], title: string): string {
	const rows = Math.ceil(PANELS.length / COLUMNS);
	const height = PANEL.top + rows * PANEL.height + 20;
	const { cpu, cores, node, fsyncP50Ms } = machine;
	const sync = `a sync of one page takes ${fsyncP50Ms.toFixed(2)} ms`;
	const where = `${cpu}, ${cores} cores, Node ${node}; ${sync}`;
	return svgDocument({
		width: 2 * PANEL.left + COLUMNS * PANEL.width,
		height,
		title,
		description: PANELS.map((panel) => describe(panel, samples)).join(" "),
		shapes: [
			label({ x: PANEL.left, y: 24 }, title, "title"),
			...PANELS.map((panel, at) => drawPanel(panel, samples, at)),
			label({ x: PANEL.left, y: height - 12 }, where, "small"),
		],
	});
}
