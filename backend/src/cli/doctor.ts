import { type Command, InvalidArgumentError } from "commander";
import type { DoctorReport } from "../storage/doctor/report.js";
import { engineOf } from "../storage/open.js";
import { openProgress } from "./doctor/progress.js";
import { reportText } from "./doctor/report-text.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { storageOption, storagePlace } from "./support/place.js";

interface DoctorFlags {
	readonly db?: string;
	readonly json?: true;
	readonly quick?: true;
	readonly limit: number;
}

/** Below every code of the catalogue, which begin at 64; 2 is wrong usage. */
export const DOCTOR_EXIT: Readonly<Record<DoctorReport["verdict"], number>> = {
	healthy: 0,
	harmed: 1,
	unreadable: 3,
};

const HELP = `
Verifies every checksum, artifact and chain, plays every session again from its moves, recounts
the counters, and describes the storage; of a database file it also lets SQLite check the pages.
Works beside running servers, after a crash and on a database that was shut down; it changes
nothing, migrates nothing and leaves no trace.

Examples:
  savepoint doctor
  savepoint doctor --quick --db /srv/savepoint/game.sqlite
  savepoint doctor --db DATABASE_URL
  savepoint doctor --json | jq '.harmedSessions[].sessionId'

Exit codes: 0 healthy · 1 harmed, something does not verify · 2 wrong usage · 3 unreadable, there
is no database or it cannot be opened; the code that says why is in the report`;

/** Adds the verb `doctor`. */
export function addDoctorCommand(program: Command): void {
	program
		.command("doctor")
		.description("verify everything that is stored, and describe the storage")
		.addOption(storageOption())
		.option("--json", "print one JSON object")
		.option(
			"--quick",
			"no comparison with freshly drawn levels; of a file only SQLite's quick check",
		)
		.option("--limit <n>", "how many harmed sessions to name; all are counted", readLimit, 100)
		.addHelpText("after", HELP)
		.action(reporting(doctor));
}

async function doctor(flags: DoctorFlags): Promise<void> {
	const engine = engineOf(storagePlace(flags.db));
	const progress = openProgress(flags.json === true);
	try {
		const options = { quick: flags.quick === true, harmedListMax: flags.limit };
		const report = await engine.examine(options, progress.hooks);
		progress.close();
		process.exitCode = DOCTOR_EXIT[report.verdict];
		if (flags.json) printJson(report);
		else print(...reportText(report));
	} finally {
		progress.close();
	}
}

function readLimit(text: string): number {
	const value = Number(text);
	if (/^\d{1,7}$/.test(text)) return value;
	throw new InvalidArgumentError("It takes a whole number.");
}
