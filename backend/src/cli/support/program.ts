import { Command, CommanderError } from "commander";
import { SavepointError } from "../../errors.js";
import { VERSION } from "../../version.js";
import { tellFailure } from "./failure.js";
import { calledVerb, VERBS } from "./verbs.js";

const HELP = `
Examples:
  savepoint serve                          serve with the settings of the environment
  savepoint stats --db data/savepoint.sqlite
  savepoint doctor --json | jq .verdict
  savepoint migrate status
  savepoint play --games 20

Every verb explains itself: savepoint <verb> --help
Exit codes: 0 done · 1 looked, and not all is well · 2 wrong usage · 3 doctor cannot read the
database · 64 to 89 failed, each with one reason, listed in docs/reference/cli.md`;

/**
 * Runs one command line and leaves its exit code in `process.exitCode`. Never throws: a mistake in
 * the usage is told with a suggestion and ends with 2.
 */
export async function runProgram(args: readonly string[]): Promise<void> {
	const asJson = args.includes("--json");
	const complaints: string[] = [];
	const program = createProgram(complaints);
	try {
		// 1. All verbs only where all of them are shown or compared.
		const called = calledVerb(args);
		for (const [name, load] of Object.entries(VERBS))
			if (called === null || called === name) (await load())(program);
		// 2. The verb itself.
		await program.parseAsync([...args], { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) tellFailure(error, asJson);
		else if (error.exitCode !== 0) tellFailure(usageError(complaints), asJson);
	}
}

function createProgram(complaints: string[]): Command {
	return new Command("savepoint")
		.description("keeps the sessions of browser games alive over restarts, crashes and redeploys")
		.version(VERSION)
		.usage("<verb> [options]")
		.addHelpText("after", HELP)
		.showSuggestionAfterError()
		.exitOverride()
		.configureOutput({ outputError: (text) => complaints.push(text) });
}

/** Commander's own words, without the prefix that the sentence gets from us. */
function usageError(complaints: readonly string[]): SavepointError {
	const said = complaints
		.join("")
		.replace(/^error: /, "")
		.trim();
	return said === ""
		? new SavepointError("USAGE")
		: new SavepointError("USAGE", said.replaceAll(/\s*\n\s*/g, " "));
}
