import type { Command } from "commander";
import { SavepointError } from "../errors.js";
import {
	type MovePreview,
	type MoveReport,
	type MoveRequest,
	move,
	previewMove,
	proveMove,
	reopenMoved,
} from "../operations/move.js";
import type { MoveProof } from "../storage/move/proof.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { filePlace, placeConfig } from "./support/place.js";
import { interruptSignal, openProgressBar } from "./support/progress-bar.js";
import { bytesText, columns, countText, nounText } from "./support/words.js";

interface MoveFlags {
	readonly from?: string;
	readonly to?: string;
	readonly dryRun?: true;
	readonly prove?: true;
	readonly reopen?: string;
	readonly json?: true;
}

const HELP = `
Without --from, or without --to, that side is the file that SAVEPOINT_DB_PATH names, else
data/savepoint.sqlite. A place is the path of a database file, an address such as
postgres://user:password@host/database, or the word DATABASE_URL, which stands for its value and
keeps the password out of the list of processes.

Servers go on while everything is copied. For the last step the source takes no writes: what has
changed since is copied, both sides are read and compared, and the source is marked. From then on
its servers store nothing more and end; start them at the target. Nothing acknowledged is lost, and
players' clients send again what was not. The way back is the same command the other way round.

Interrupted or killed, the same command goes on from the last batch. The target must be empty, or
an unfinished move of this source, or the place that this source was moved from.

Should the place that the data was moved to be lost for good, --reopen lets the old one serve again,
as it was at the move. What was stored since is not there; clients send again what they still have.

Examples:
  savepoint move --to DATABASE_URL --dry-run
  savepoint move --to DATABASE_URL
  savepoint move --to DATABASE_URL --prove
  savepoint move --from postgres://savepoint@db1/savepoint --to data/savepoint.sqlite --json
  savepoint move --reopen data/savepoint.sqlite

Exit codes: 0 moved, and proven equal · 2 wrong usage · 66 there is nothing to move · 68 the two are
not equal; the source serves on · 75 the database is locked or away · 76 refused, something could be
lost · 79 the source was moved already · 80 a server uses the target · 130 interrupted · others are
listed in docs/reference/cli.md`;

/** Adds the verb `move`. */
export function addMoveCommand(program: Command): void {
	program
		.command("move")
		.description("move everything to another database, file or server, while it is played on")
		.option("--from <place>", "where the data is (default: the file that the settings name)")
		.option("--to <place>", "where it goes (default: the file that the settings name)")
		.option("--dry-run", "only look at both sides, and say what would be copied")
		.option("--prove", "only compare both sides, as at the end of a move")
		.option("--reopen <place>", "serve again where the data was, as the new place is lost")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(run));
}

async function run(flags: MoveFlags): Promise<void> {
	const asJson = flags.json === true;
	if (flags.reopen !== undefined) return reopen(flags.reopen, flags);
	if (flags.from === undefined && flags.to === undefined)
		throw new SavepointError("USAGE", "Name where it goes with --to, or where it is with --from.");
	const [from, to] = [filePlace("--from", flags.from), filePlace("--to", flags.to)];
	if (JSON.stringify(from) === JSON.stringify(to))
		throw new SavepointError("USAGE", "--from and --to are the same place.");
	const bar = openProgressBar();
	const { signal, off } = interruptSignal();
	const request: MoveRequest = { from, to, signal, tell: bar.tell };
	try {
		const tell = (report: object, lines: readonly string[]): void => {
			bar.close();
			if (asJson) printJson(report);
			else print(...lines);
		};
		if (flags.dryRun) {
			const preview = await previewMove(request);
			tell(preview, previewText(preview));
		} else if (flags.prove) {
			const proof = await proveMove(request);
			tell(proof, [proofText(proof)]);
		} else {
			const report = await move(request);
			tell(report, reportText(report));
		}
	} finally {
		bar.close();
		off();
	}
}

/** By itself: nothing is copied. */
async function reopen(place: string, { from, to, dryRun, prove, json }: MoveFlags): Promise<void> {
	if (from !== undefined || to !== undefined || dryRun || prove)
		throw new SavepointError("USAGE", "--reopen takes a place and goes with --json only.");
	const report = await reopenMoved(placeConfig("--reopen", place));
	if (json) printJson(report);
	else
		print(
			`${report.place} serves again, as it was when it was moved to ${report.movedTo}.`,
			`Its generation is ${report.generation} now. What was stored at the other place is not here: never start a server there again.`,
		);
}

const PLANS: Readonly<Record<MovePreview["plan"], string>> = {
	fresh: "is empty, or not there yet",
	resume: "has a part of it, from a move that was not finished",
	return: "has what was there before it was moved away; that is replaced",
	finish: "has everything already; only the last mark is left",
};

function previewText({ from, to, plan, served, rows, bytes }: MovePreview): string[] {
	return [
		`From ${from}${served ? ", which a server uses; it may go on" : ""}:`,
		...columns(Object.entries(rows).map(([name, count]) => [`  ${name}`, countText(count)])),
		`That is ${bytesText(bytes)} with its indexes.`,
		`To ${to}: it can be reached, and it ${PLANS[plan]}.`,
		"Nothing was changed.",
	];
}

export const proofText = ({ sessions, moves, rows }: MoveProof): string => {
	const others = Object.entries(rows)
		.filter(([name]) => !["sessions", "moves"].includes(name))
		.map(([name, count]) => `${countText(count)} ${name}`);
	return `proof: ${nounText(sessions, "session")}, ${nounText(moves, "move")}, ${others.join(", ")}, counters: equal`;
};

function reportText(report: MoveReport): string[] {
	const { from, to, proof, tookMs, heldMs, copiedAgain, memoryPeakBytes } = report;
	return [
		`Moved ${from} to ${to}.`,
		proofText(proof),
		`It took ${(tookMs / 1_000).toFixed(1)} s and ${bytesText(memoryPeakBytes)} of memory; ${nounText(copiedAgain, "session")} copied again.`,
		`Nothing could be stored for ${(heldMs / 1_000).toFixed(1)} s. Start the servers at the new place now.`,
	];
}
