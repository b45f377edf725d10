import type { Command } from "commander";
import { importStorage } from "../operations/export.js";
import type { Imported } from "../storage/move/import-lines.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { storageOption, storagePlace } from "./support/place.js";
import { interruptSignal, openProgressBar } from "./support/progress-bar.js";
import { nounText } from "./support/words.js";

interface ImportFlags {
	readonly db?: string;
	readonly from: string;
	readonly json?: true;
}

const HELP = `
Fills an empty storage, a file or a database server's, from what \`savepoint export\` wrote, and
proves it: what was stored is read once more and must hash to what the file says. A file that was
cut or changed is refused, and the storage is empty then. It is of the moment of the export: it gets
an identity of its own and a higher generation, by which clients notice, as after a restore.

Examples:
  savepoint import --from sessions.ndjson --db data/savepoint.sqlite
  zcat sessions.ndjson.gz | savepoint import --from - --db DATABASE_URL

Exit codes: 0 imported, and proven · 2 wrong usage, or there is no such file · 67 the file is not
a whole export · 76 the storage has data of its own · 80 a server uses it · 130 interrupted · others
are listed in docs/reference/cli.md`;

/** Adds the verb `import`. */
export function addImportCommand(program: Command): void {
	program
		.command("import")
		.description("fill an empty storage from an export, and prove it")
		.addOption(storageOption())
		.requiredOption("--from <file>", "an export, or - for standard input")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(run));
}

async function run(flags: ImportFlags): Promise<void> {
	const bar = openProgressBar();
	const { signal, off } = interruptSignal();
	try {
		const imported = await importStorage({
			storage: storagePlace(flags.db),
			from: flags.from === "-" ? process.stdin : flags.from,
			signal,
			tell: bar.tell,
		});
		bar.close();
		if (flags.json) printJson(imported);
		else print(reportText(imported));
	} finally {
		bar.close();
		off();
	}
}

const reportText = ({ sessions, moves, generation }: Imported): string =>
	`proof: ${nounText(sessions, "session")}, ${nounText(moves, "move")}: equal to the file. It is generation ${generation} now.`;
