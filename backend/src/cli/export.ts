import type { Command } from "commander";
import { exportStorage } from "../operations/export.js";
import type { ExportTrailer } from "../storage/move/export-format.js";
import { reporting } from "./support/failure.js";
import { printError, printJson } from "./support/output.js";
import { storageOption, storagePlace } from "./support/place.js";
import { interruptSignal, openProgressBar } from "./support/progress-bar.js";
import { nounText } from "./support/words.js";

interface ExportFlags {
	readonly db?: string;
	readonly to: string;
	readonly json?: true;
}

const HELP = `
Writes everything that is stored as lines of JSON, as it is at one moment, beside a running server
or without one. The format is described in docs/reference/export-format.md; its last line has counts
and a SHA-256, by which \`savepoint import\` tells a whole file from a cut or changed one. A file
has its name only once it is whole; into a pipe (--to -) the report goes to standard error.

Examples:
  savepoint export --to sessions.ndjson
  savepoint export --db DATABASE_URL --to - | gzip > sessions.ndjson.gz

Exit codes: 0 exported · 2 wrong usage, or the file is there already · 66 there is no database ·
73 the disk is full · 130 interrupted · others are listed in docs/reference/cli.md`;

/** Adds the verb `export`. */
export function addExportCommand(program: Command): void {
	program
		.command("export")
		.description("write everything that is stored as lines of JSON")
		.addOption(storageOption())
		.requiredOption("--to <file>", "a new file, or - for standard output")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(run));
}

async function run(flags: ExportFlags): Promise<void> {
	const isPiped = flags.to === "-";
	const bar = openProgressBar();
	const { signal, off } = interruptSignal();
	try {
		const trailer = await exportStorage({
			storage: storagePlace(flags.db),
			to: isPiped ? process.stdout : flags.to,
			signal,
			tell: bar.tell,
		});
		bar.close();
		// Standard output is the export's.
		if (isPiped || !flags.json) printError(reportText(trailer));
		else printJson(trailer);
	} finally {
		bar.close();
		off();
	}
}

const reportText = ({ sessions, moves, lines, sha256 }: ExportTrailer): string =>
	`Exported ${nounText(sessions, "session")}, ${nounText(moves, "move")}: ${nounText(lines + 1, "line")}, SHA-256 ${sha256}.`;
