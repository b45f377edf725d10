import type { Command } from "commander";
import type { StorageState } from "../storage/doctor/storage-state.js";
import type { StoredStatistics } from "../storage/engine.js";
import { engineOf } from "../storage/open.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { storageOption, storagePlace } from "./support/place.js";
import { serversText, serverText } from "./support/storage-words.js";
import { bytesText, columns, countText, timeText } from "./support/words.js";

interface StatsFlags {
	readonly db?: string;
	readonly json?: true;
}

const HELP = `
Reads the counters from the database, beside running servers or without one: on a database server
the sums over all of them. Nothing is created and nothing is changed.

Examples:
  savepoint stats
  savepoint stats --db /srv/savepoint/game.sqlite --json

Exit codes: 0 read · 2 wrong usage · 66 there is no database · 74 to 89 it cannot be read, each
with one reason, listed in docs/reference/cli.md`;

/** Adds the verb `stats`. */
export function addStatsCommand(program: Command): void {
	program
		.command("stats")
		.description("print the counters, the size of the database and the last activity")
		.addOption(storageOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(stats));
}

async function stats(flags: StatsFlags): Promise<void> {
	const read = await engineOf(storagePlace(flags.db)).readStatistics();
	if (flags.json) printJson(asJson(read));
	else print(...asText(read));
}

const isoOrNull = (timeMs: number | null): string | null =>
	timeMs === null ? null : timeText(timeMs);

/** The names of GET /api/sessions/stats, and what only the database can tell. */
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
		...groundJson(storage),
	};
}

/** The same names for every engine, so that a program need not know which one it reads. */
function groundJson(storage: StorageState) {
	if (storage.kind === "file") return { files: storage.files, server: storage.lock };
	const { server } = storage;
	return {
		files: { database: server?.databaseBytes ?? null, wal: null, shm: null, reserve: null },
		server: { held: (server?.connections ?? 0) > 0, owner: null, ownerAlive: null },
	};
}

function groundText(storage: StorageState): [string, string][] {
	if (storage.kind === "file") {
		const { files, lock } = storage;
		return [
			["files", `${bytesText(files.database)}, -wal ${bytesText(files.wal)}`],
			["server", serverText(lock)],
		];
	}
	const { server } = storage;
	return server === null
		? []
		: [
				["size", bytesText(server.databaseBytes)],
				["servers", serversText(server)],
			];
}

function asText({
	database,
	counters,
	activeCount,
	endedCount,
	storage,
}: StoredStatistics): string[] {
	return columns([
		["database", database],
		...groundText(storage),
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
