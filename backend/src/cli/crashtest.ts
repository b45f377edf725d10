import { randomInt } from "node:crypto";
import { type Command, Option } from "commander";
import { SavepointError } from "../errors.js";
import { isWholeAddress } from "../storage/config.js";
import type { CrashReport } from "./crashtest/crash-report.js";
import { openCrashScreen, reportText } from "./crashtest/crash-screen.js";
import { type CrashOptions, crashTest } from "./crashtest/crash-test.js";
import { reporting } from "./support/failure.js";
import { wholeNumber } from "./support/numbers.js";
import { print, printError, printJson } from "./support/output.js";

const EXIT_BROKEN = 1;
const EXIT_INTERRUPTED = 130;
const SEED_MAX = 2 ** 31;
const SERVERS = 2;
/** Among several each must live long enough to meet the others: most of what can go wrong is there. */
const UPTIME_MS_MAX = { alone: 300, shared: 3_000 };

interface CrashFlags {
	readonly cycles: number;
	readonly minutes?: number;
	readonly dir?: string;
	readonly databaseUrl?: string;
	readonly servers?: number;
	readonly players: number;
	readonly minUptimeMs: number;
	readonly maxUptimeMs?: number;
	readonly seed?: number;
	readonly json?: true;
	readonly keep?: true;
}

const HELP = `
A server of its own is started on a new database in DIR. Players in another process play on it, over
WebSocket and HTTP, and write down everything that the server said was saved, synced, before they
go on. The server is killed with -9 at random moments, also while it starts, and started again. In
the end all that was written down must be in the server's log exactly once, and every counter must
agree.

With DATABASE_URL several servers share a new database on that PostgreSQL, whose user must be
allowed to make one. Players change servers at every call; the servers are killed in turn, and
sometimes all at once. DIR has the ledger and the logs then.

This proves that no crash of the program loses anything. What a power cut does is up to the disk,
too: kill -9 leaves the system's memory as it is. Use a DIR on the disk that will hold your data.

DIR may be new or empty. A database that crashtest did not make is refused, as is the evidence of a
failed test. After a test that passed, DIR is left as it was; --keep keeps the evidence.

Exit codes: 0 nothing was lost, doubled or drifted · 1 something was, or the server did not come
back; the evidence is kept · 2 wrong usage · 70 the test itself failed · 73, 74, 77, 81 DIR cannot
be used, or the user of DATABASE_URL may not make a database · 78 DATABASE_URL has a mistake · 80
another crashtest works in DIR · 82 DIR holds another database, or evidence · 130 interrupted`;

/** Adds the verb `crashtest`. */
export function addCrashtestCommand(program: Command): void {
	program
		.command("crashtest")
		.description(
			"kill a server again and again while it is played on, and prove that nothing is lost",
		)
		.option("--cycles <n>", "how often to kill and start again", wholeNumber(1, 1_000_000), 20)
		.option("--minutes <m>", "in place of --cycles: how long to", wholeNumber(1, 10_000))
		.addOption(
			new Option("--database-url <url>", "a PostgreSQL that several servers share").env(
				"DATABASE_URL",
			),
		)
		.option("--servers <n>", "how many share it (default: 2)", wholeNumber(1, 16))
		.option("--dir <dir>", "where the test's database lies (default: a temporary directory)")
		.option("--players <p>", "sessions that are played at the same time", wholeNumber(1, 500), 16)
		.option("--min-uptime-ms <t>", "shortest life of the server", wholeNumber(0, 3_600_000), 20)
		.option(
			"--max-uptime-ms <t>",
			`longest life of the server (default: ${UPTIME_MS_MAX.alone}; ${UPTIME_MS_MAX.shared} among several)`,
			wholeNumber(0, 3_600_000),
		)
		.option("--seed <s>", "same kills and moves as before", wholeNumber(0, SEED_MAX - 1))
		.option("--keep", "keep database, ledger and logs also when all is well")
		.option("--json", "print one JSON object at the end and nothing else")
		.addHelpText("after", HELP)
		.action(reporting(runCrashtest));
}

async function runCrashtest(flags: CrashFlags): Promise<void> {
	const options = optionsOf(flags);
	const interrupted = new AbortController();
	const interrupt = () => interrupted.abort();
	process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
	const screen = flags.json ? null : openCrashScreen(process.stdout);
	try {
		const report = await crashTest(
			{ ...options, signal: interrupted.signal },
			screen?.hooks ?? { onWarning: (sentence) => printError(`Warning: ${sentence}`) },
		);
		screen?.close();
		if (flags.json) tellJson(report);
		else print(...reportText(report));
		process.exitCode = report.ok ? 0 : EXIT_BROKEN;
	} catch (error) {
		screen?.close();
		if (!interrupted.signal.aborted) throw error;
		printError("Interrupted: there is no verdict.");
		process.exitCode = EXIT_INTERRUPTED;
	} finally {
		process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
	}
}

/** Throws USAGE or CONFIG_INVALID. */
function optionsOf(flags: CrashFlags): CrashOptions {
	// Set and empty is not set, as everywhere in the environment.
	const url = flags.databaseUrl === "" ? undefined : flags.databaseUrl;
	if (url === undefined && flags.servers !== undefined)
		throw new SavepointError(
			"USAGE",
			"--servers needs a database that can be shared: DATABASE_URL.",
		);
	if (url !== undefined && !isWholeAddress(url))
		throw new SavepointError(
			"CONFIG_INVALID",
			"DATABASE_URL takes postgres://user:password@host:port/database.",
		);
	const maxMs = flags.maxUptimeMs ?? UPTIME_MS_MAX[url === undefined ? "alone" : "shared"];
	if (flags.minUptimeMs > maxMs)
		throw new SavepointError("USAGE", "--min-uptime-ms is above --max-uptime-ms.");
	return {
		cycles: flags.cycles,
		...(flags.minutes === undefined ? {} : { minutes: flags.minutes }),
		directory: flags.dir ?? null,
		...(url === undefined ? {} : { shared: { url, servers: flags.servers ?? SERVERS } }),
		players: flags.players,
		uptime: { minMs: flags.minUptimeMs, maxMs },
		seed: flags.seed ?? randomInt(SEED_MAX),
		keep: flags.keep ?? false,
	};
}

/** Standard output has the verdict alone; what a person needs to go on is on standard error. */
function tellJson(report: CrashReport): void {
	const { ok, acknowledged, lost, duplicated, drift } = report;
	if (!ok) for (const line of reportText(report)) printError(line);
	printJson({ ok, acknowledged, lost, duplicated, drift });
}
