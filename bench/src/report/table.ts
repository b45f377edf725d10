import { type Figure, formatNumber, measuredOf, verdictOf } from "./figure.js";
import type { Machine } from "./machine.js";

/** The machine in two lines: they belong beside every figure. */
export const formatMachine = (machine: Machine): string => {
	const { cpu, cores, memoryGiB, node, fsyncP50Ms, fsyncP99Ms, load } = machine;
	return [
		`${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}; load at the start ${load.toFixed(1)}`,
		`a sync of one page takes ${fsyncP50Ms.toFixed(2)} ms (p99 ${fsyncP99Ms.toFixed(2)} ms)`,
	].join("\n");
};

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A table in Markdown: it can be read on a terminal and pasted into a README. */
export const formatRows = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
	[head, head.map(() => "---"), ...rows]
		.map((row) => `| ${row.map(cell).join(" | ")} |`)
		.join("\n");

const bound = (value: number): string => value.toLocaleString("en-US");

function formatFigure(figure: Figure): string[] {
	const measured = measuredOf(figure);
	const shown = measured === null ? "–" : `${formatNumber(measured)}${figure.unit}`;
	const verdict = figure.note === "" ? verdictOf(figure) : `${verdictOf(figure)}; ${figure.note}`;
	return [figure.name, bound(figure.must), bound(figure.aim), shown, verdict];
}

export const formatFigures = (figures: readonly Figure[]): string =>
	formatRows(["figure", "must reach", "aim", "measured", ""], figures.map(formatFigure));
