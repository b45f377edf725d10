import { SingleBar } from "cli-progress";
import type { CrashReport } from "./crash-report.js";
import type { CrashHooks } from "./crash-test.js";
import type { Finding } from "./findings.js";

/** What a person sees while the server is killed. */
export interface CrashScreen {
	readonly hooks: CrashHooks;
	close(): void;
}

const BAR_FORMAT = "{bar} {kills} kills · {acknowledged} acknowledged · {phase}";
const BAR_STEPS = 1_000;
/** Into a pipe or a file: about this many lines. */
const LINES = 10;
const FINDINGS_SHOWN = 10;

/** A bar on a terminal; some plain lines into a pipe or a file. */
export function openCrashScreen(output: NodeJS.WriteStream): CrashScreen {
	return output.isTTY ? openBar(output) : openLines(output);
}

function openBar(output: NodeJS.WriteStream): CrashScreen {
	const bar = new SingleBar({ format: BAR_FORMAT, stream: output, hideCursor: true });
	const phase = "kill, start, play on";
	bar.start(BAR_STEPS, 0, { kills: 0, acknowledged: 0, phase });
	return {
		hooks: {
			onWarning: (sentence) => output.write(`\nWarning: ${sentence}\n`),
			onProgress: ({ kills, acknowledged, share }) =>
				bar.update(Math.floor(share * BAR_STEPS), { kills, acknowledged }),
			onVerified: (done, total) => bar.update({ phase: `verified ${done}/${total} sessions` }),
		},
		close: () => bar.stop(),
	};
}

function openLines(output: NodeJS.WriteStream): CrashScreen {
	output.write("Servers are started, played on and killed.\n");
	let shown = 0;
	return {
		hooks: {
			onWarning: (sentence) => output.write(`Warning: ${sentence}\n`),
			onProgress: ({ kills, acknowledged, share }) => {
				const line = Math.floor(share * LINES);
				if (line === shown) return;
				shown = line;
				output.write(`${kills} kills · ${acknowledged} acknowledged\n`);
			},
			onVerified: (done, total) => {
				if (done === total) output.write(`verified ${total} sessions\n`);
			},
		},
		close: () => {},
	};
}

/** The report for people; its last line is the verdict in four numbers. */
export function reportText(report: CrashReport): string[] {
	const { findings, failure, evidence, acknowledged, lost, duplicated, drift } = report;
	const more = findings.length - FINDINGS_SHOWN;
	return [
		`${report.kills} kills in ${report.seconds.toFixed(1)} s, seed ${report.seed}`,
		...(failure === null ? [] : [`failed: ${failure}`]),
		...findings.slice(0, FINDINGS_SHOWN).map(findingText),
		...(more > 0 ? [`… and ${more} more`] : []),
		...(evidence === null
			? []
			: [
					`database  ${evidence.database}`,
					`ledger    ${evidence.ledger}`,
					`logs      ${evidence.logs}`,
				]),
		`acknowledged ${acknowledged} · lost ${lost} · duplicated ${duplicated} · drift ${drift}`,
	];
}

function findingText({ kind, session, move, ledgerLine, sentence }: Finding): string {
	const where = [
		...(session === null ? [] : [`session ${session}`]),
		...(move === null ? [] : [`move ${move}`]),
		...(ledgerLine === null ? [] : [`ledger line ${ledgerLine}`]),
	].join(", ");
	return where === "" ? `${kind}: ${sentence}` : `${kind}: ${where}: ${sentence}`;
}
