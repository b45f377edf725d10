import type { Machine } from "./machine.js";

export interface Figure {
	readonly name: string;
	readonly must: number;
	readonly aim: number;
	readonly measured: number;
	readonly better: "more" | "less";
}

const verdict = ({ must, aim, measured, better }: Figure): string => {
	const reaches = (bound: number) => (better === "more" ? measured >= bound : measured <= bound);
	if (reaches(aim)) return "reaches the aim";
	return reaches(must) ? "passes" : "FALLS SHORT";
};

export function formatTable(machine: Machine, figures: readonly Figure[]): string {
	const rows = figures.map(
		(figure) =>
			`| ${figure.name} | ${figure.must} | ${figure.aim} | ${figure.measured.toFixed(2)} | ${verdict(figure)} |`,
	);
	const { cpu, cores, memoryGiB, node, fsyncP50Ms, fsyncP99Ms } = machine;
	return `
${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}
a sync of one page takes ${fsyncP50Ms.toFixed(2)} ms (p99 ${fsyncP99Ms.toFixed(2)} ms)

| figure | must reach | aim | measured | |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
