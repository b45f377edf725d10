import type { Command } from "commander";
import { readStatistics, type StoredStatistics } from "../storage/upkeep.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { serverText } from "./support/storage-words.js";
import { bytesText, columns, countText, timeText } from "./support/words.js";

interface StatsFlags {
	readonly db?: string;
	readonly json?: true;
}

const HELP = `
Reads the counters from the database file, beside a running server or without one. Nothing is
created and nothing is changed.

Examples:
  savepoint stats
  savepoint stats --db /srv/savepoint/game.sqlite --json

Exit codes: 0 read · 2 wrong usage · 66 there is no database · 74 to 89 it cannot be read, each
with one reason, listed in docs/reference/cli.md`;

/** Adds the verb `stats`. */
export function addStatsCommand(program: Command): void {
	program
		.command("stats")
		.description("print the counters, the size of the files and the last activity")
		.addOption(databaseOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(stats));
}

function stats(flags: StatsFlags): void {
	const read = readStatistics(storageConfig(flags.db).path);
	if (flags.json) printJson(asJson(read));
	else print(...asText(read));
}

const isoOrNull = (timeMs: number | null): string | null =>
	timeMs === null ? null : timeText(timeMs);

/** The names of GET /api/sessions/stats, and what only the file can tell. */
function asJson({ database, counters, activeCount, endedCount, storage }: StoredStatistics) {
	return {
		database,
		activeCount,
		startedCount: counters.started,
		endedCount,
		staleEndedCount: counters.staleEnded,
		wonCount: counters.won,
		lostCount: counters.lost,
		abandonedCount: counters.abandoned,
		latestCompletedAt: isoOrNull(counters.latestCompletedAtMs),
		latestActivityAt: isoOrNull(counters.latestActivityAtMs),
		files: storage.files,
		server: storage.lock,
	};
}

function asText({
	database,
	counters,
	activeCount,
	endedCount,
	storage,
}: StoredStatistics): string[] {
	const { files, lock } = storage;
	return columns([
		["database", database],
		["files", `${bytesText(files.database)}, -wal ${bytesText(files.wal)}`],
		["server", serverText(lock)],
		["sessions started", countText(counters.started)],
		["  active", countText(activeCount)],
		["  ended", countText(endedCount)],
		["    won", countText(counters.won)],
		["    lost", countText(counters.lost)],
		["    abandoned", countText(counters.abandoned)],
		["    ended as stale", countText(counters.staleEnded)],
		["last completed", timeText(counters.latestCompletedAtMs)],
		["last activity", timeText(counters.latestActivityAtMs)],
	]);
}
