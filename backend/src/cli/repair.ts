import type { Command } from "commander";
import { askServer } from "../control/control-client.js";
import { SavepointError } from "../errors.js";
import type { RepairPlan } from "../storage/quarantined/session-repairer.js";
import { type RepairReport, repair } from "../storage/repair.js";
import { openProgress } from "./doctor/progress.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { QUIET } from "./support/service-here.js";
import { columns, nounText } from "./support/words.js";

interface RepairFlags {
	readonly db?: string;
	readonly json?: true;
	readonly session?: string;
	readonly all?: true;
	readonly dryRun?: true;
}

/** Below every code of the catalogue. */
const EXIT_STILL_HARMED = 1;

const HELP = `
A session that does not verify is rebuilt from its moves, as far as they verify: an active one plays
on from there; one that had ended and whose log is gone keeps its result and stays set aside. With
--all, damaged pages are found, too: the database is set aside whole, and what verifies is brought
back, filled from the newest proven backup, exactly as a start of the server does it. What was there
is kept as evidence; nothing is deleted. Beside a running server, the server repairs the sessions
itself while all others play on; only damaged pages need it stopped first. --dry-run only looks.

Examples:
  savepoint repair --all --dry-run
  savepoint repair --all
  savepoint repair --session 0c5b2e9a-... --json

Exit codes: 0 everything verifies now · 1 something stays set aside, or a dry run found something ·
2 wrong usage · 66 there is no database · 80 pages are damaged, and a server uses the database ·
others are listed in docs/reference/cli.md`;

/** Adds the verb `repair`. */
export function addRepairCommand(program: Command): void {
	program
		.command("repair")
		.description("rebuild what does not verify, as far as it can be proven")
		.addOption(databaseOption())
		.option("--session <id>", "one session")
		.option("--all", "every session that does not verify, and the pages of the database")
		.option("--dry-run", "say what would be done, and change nothing")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(runRepair));
}

async function runRepair(flags: RepairFlags): Promise<void> {
	if ((flags.session === undefined) === (flags.all === undefined))
		throw new SavepointError("USAGE", "Name one session with --session ID, or all with --all.");
	const progress = openProgress(flags.json === true);
	try {
		const report = await repair(storageConfig(flags.db), {
			sessionId: flags.session ?? null,
			isDryRun: flags.dryRun === true,
			log: QUIET,
			askServer: async (database, sessionKey) => {
				const request = { verb: "repair-session", args: { sessionKey } };
				return (await askServer(database, request, () => undefined)) as RepairPlan | null;
			},
			onProgress: (step) => progress.hooks.onProgress?.(step),
		});
		progress.close();
		process.exitCode = isAllWell(report) ? 0 : EXIT_STILL_HARMED;
		if (flags.json) printJson(report);
		else print(...reportText(report));
	} finally {
		progress.close();
	}
}

const isAllWell = ({ isDryRun, damage, sessions }: RepairReport): boolean =>
	isDryRun
		? damage.length + sessions.length === 0
		: sessions.every(({ standing }) => standing === "whole" || standing === "cut");

function reportText(report: RepairReport): string[] {
	const { database, isDryRun, recovery, damage, sessions } = report;
	if (damage.length + sessions.length === 0) return [`${database}: everything verifies.`];
	return [
		database,
		...(isDryRun && damage.length > 0
			? [
					`Damaged pages: ${damage.length}. The database would be set aside and recovered; first: ${damage[0]}`,
				]
			: []),
		...(recovery === null ? [] : [`RECOVERED: ${recovery.outcome}`]),
		...(recovery?.quarantine ? [`  the report: ${recovery.quarantine}/report.txt`] : []),
		...(sessions.length === 0
			? []
			: [`${nounText(sessions.length, "session")} ${isDryRun ? "to repair" : "looked at"}:`]),
		...(sessions.length === 0
			? []
			: columns(sessions.map((plan) => [`  session ${plan.sessionKey}`, planText(plan)]))),
	];
}

function planText({ standing, reason, keptMoves, lost }: RepairPlan): string {
	const lostText = lost === null ? "" : `; moves ${lost.fromSeq} to ${lost.toSeq} are lost`;
	switch (standing) {
		case "whole":
			return `rebuilt, nothing lost (${reason})`;
		case "cut":
			return `rebuilt up to move ${keptMoves}${lostText}; it plays on from there`;
		case "kept":
			return `stays set aside: it had ended, its result stands, ${keptMoves ?? 0} moves are left${lostText}`;
		case "harmed":
			return `stays set aside: nothing proves it (${reason}); restore it from a backup`;
	}
}
