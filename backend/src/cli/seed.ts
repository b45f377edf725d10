import { randomInt } from "node:crypto";
import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import { type SeedReport, seedDatabase } from "./seed/seed-database.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { wholeNumber } from "./support/numbers.js";
import { print, printJson } from "./support/output.js";
import { countText, nounText } from "./support/words.js";

const EXIT_INTERRUPTED = 130;
const SEED_MAX = 2 ** 31;
const SESSIONS_MAX = 100_000_000;

interface SeedFlags {
	readonly db?: string;
	readonly sessions: number;
	readonly active: number;
	readonly seed?: number;
	readonly add?: true;
	readonly json?: true;
}

const HELP = `
Fills a database with synthetic games of about twenty moves each, to see how a server and your disk
behave at a size: real levels, moves that the rules took, games that were won, lost and abandoned
over the last six weeks, exact counters. They go through the storage of the server itself, and
\`savepoint doctor\` verifies them like any other.

It needs the database for itself, and it wants an empty one: sessions that are there are left alone
and never mixed with synthetic ones unless --add says so. A kill leaves a healthy database with
fewer games. The same --seed gives the same games; their ids are always new.

Examples:
  savepoint seed --sessions 100000 --db /tmp/big.sqlite
  savepoint seed --sessions 1000000 --active 10000 --db /tmp/big.sqlite --json

Exit codes: 0 stored · 2 wrong usage, or the database has sessions · 73 the disk is full · 80 a
server uses the database · 130 interrupted, what was stored is whole · others are listed in
docs/reference/cli.md`;

/** Adds the verb `seed`. */
export function addSeedCommand(program: Command): void {
	program
		.command("seed")
		.description("fill a database with synthetic games, to try a server at a size")
		.requiredOption("--sessions <n>", "how many games", wholeNumber(1, SESSIONS_MAX))
		.option(
			"--active <n>",
			"how many of them are still being played",
			wholeNumber(0, SESSIONS_MAX),
			0,
		)
		.option("--seed <s>", "same games as before", wholeNumber(0, SEED_MAX - 1))
		.option("--add", "also where there are sessions already")
		.addOption(databaseOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(seed));
}

async function seed(flags: SeedFlags): Promise<void> {
	const { sessions, active } = flags;
	if (active > sessions) throw new SavepointError("USAGE", "--active is above --sessions.");
	const interrupted = new AbortController();
	const interrupt = () => interrupted.abort();
	process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
	const bar = openBar(sessions, flags.json === true);
	try {
		const report = await seedDatabase({
			config: storageConfig(flags.db),
			sessions,
			active,
			seed: flags.seed ?? randomInt(SEED_MAX),
			add: flags.add === true,
			signal: interrupted.signal,
			log: SILENT,
			onProgress: (done) => bar?.update(done),
		});
		bar?.stop();
		if (flags.json) printJson(report);
		else print(...reportText(report));
		if (report.interrupted) process.exitCode = EXIT_INTERRUPTED;
	} finally {
		bar?.stop();
		process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
	}
}

/** On standard error, where that is a terminal. */
function openBar(sessions: number, asJson: boolean): SingleBar | null {
	if (asJson || !process.stderr.isTTY) return null;
	const bar = new SingleBar({
		format: "{bar} {value}/{total} games · {eta_formatted} left",
		stream: process.stderr,
		clearOnComplete: true,
	});
	bar.start(sessions, 0);
	return bar;
}

function reportText({ database, sessions, active, moves, seed, tookMs }: SeedReport): string[] {
	const perSecond = Math.round((sessions * 1_000) / Math.max(1, tookMs));
	return [
		`${database} has ${nounText(sessions, "game")} more, ${countText(active)} of them active, with ${nounText(moves, "move")}.`,
		`It took ${(tookMs / 1_000).toFixed(1)} s, ${countText(perSecond)} games a second; --seed ${seed} repeats it.`,
	];
}

const silent = (): void => undefined;
/** The opening's warnings are for whoever serves the database. */
const SILENT: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent };
