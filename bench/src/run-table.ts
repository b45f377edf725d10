import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchOptions } from "./options.js";
import { comparePeers } from "./peers/compare-peers.js";
import { drawPeers } from "./peers/peer-chart.js";
import type { PeerResult } from "./peers/peer-result.js";
import { formatPeers } from "./peers/peer-table.js";
import { describeMachine } from "./report/machine.js";
import { formatFigures, formatMachine } from "./report/table.js";
import { SCENARIOS } from "./scenarios/index.js";
import { runScenarios } from "./scenarios/run-scenarios.js";
import type { BenchContext } from "./scenarios/scenario.js";

const PEERS = "peers";

/** The table of figures, the table of peers, both as JSON, and the chart. */
export async function runTable(options: BenchOptions): Promise<void> {
	const names = [...SCENARIOS.map(({ name }) => name), PEERS];
	const wanted = options.only ?? names;
	const unknown = wanted.find((name) => !names.includes(name));
	if (unknown !== undefined)
		throw new Error(`--only ${unknown} is not known; there are ${names.join(", ")}.`);

	const machine = describeMachine(options.directory);
	process.stderr.write(`${formatMachine(machine)}\n`);
	const startedAtMs = performance.now();
	const context: BenchContext = {
		...options,
		say: (line) => {
			const seconds = Math.round((performance.now() - startedAtMs) / 1000);
			process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
		},
	};
	const chosen = SCENARIOS.filter(({ name }) => wanted.includes(name));
	const figures = await runScenarios(chosen, context);
	const peers: readonly PeerResult[] = wanted.includes(PEERS) ? await comparePeers(context) : [];

	const write = (name: string, text: string): string => {
		const path = join(options.out, name);
		writeFileSync(path, text);
		return path;
	};
	const at = new Date().toISOString();
	const written = [
		write(
			"latest.json",
			`${JSON.stringify({ at, machine, options, figures, peers }, null, "\t")}\n`,
		),
		...(peers.length > 0 ? [write("peers.svg", drawPeers(machine, peers))] : []),
	];
	process.stdout.write(
		[
			`\n${formatMachine(machine)}\n`,
			...(figures.length > 0 ? [`${formatFigures(figures)}\n`] : []),
			...(peers.length > 0 ? [`${formatPeers(peers)}\n`] : []),
			`Written: ${written.join(", ")}\n`,
		].join("\n"),
	);
}
