import type { Command } from "commander";
import { SavepointError } from "../errors.js";
import { type Restored, restoreDatabase } from "../operations/restore-database.js";
import { openProgress } from "./doctor/progress.js";
import { restoreOneSession } from "./restore/one-session.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";
import { nounText } from "./support/words.js";

export interface RestoreFlags {
	readonly db?: string;
	readonly session?: string;
	readonly undo?: true;
	readonly yes?: true;
	readonly force?: true;
	readonly full?: true;
	readonly json?: true;
}

const HELP = `
FROM is the name of a backup, the path of its directory, or latest: the newest proven one.

The whole storage is restored while no server runs. A database that is there is replaced only with
--force, and is then kept whole in before-restore/. Clients notice by the storage's generation.

One session (--session) is restored beside a running server or without one. First the difference is
shown; --yes makes it so. It is appended to the session's log, and --undo takes it back, again with
--yes. Nobody else's game is touched.

Examples:
  savepoint restore latest
  savepoint restore 2026-11-25T15-18-00-123Z-scheduled --force
  savepoint restore latest --session 0d7f… --yes
  savepoint restore --session 0d7f… --undo --yes

Exit codes: 0 restored, or the difference shown · 2 wrong usage · 65 there is no such backup · 72 it
would change what must not be changed unasked · 80 a server runs; stop it first · others are listed
in docs/reference/cli.md`;

/** Adds the verb `restore`. */
export function addRestoreCommand(program: Command): void {
	program
		.command("restore")
		.description("restore the whole storage, or one session, from a backup")
		.argument("[from]", "a backup's name or directory, or latest")
		.addOption(databaseOption())
		.option("--session <id>", "restore this session alone")
		.option("--undo", "take the last restore of the session back")
		.option("--yes", "do it, not only show the difference")
		.option("--force", "replace the database that is there, and keep it")
		.option("--full", "play every session again before it counts")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action((from: string | undefined, flags: RestoreFlags) =>
			reporting((given: RestoreFlags) => restore(from ?? null, given))(flags),
		);
}

async function restore(from: string | null, flags: RestoreFlags): Promise<void> {
	demandSense(from, flags);
	if (flags.session !== undefined) {
		await restoreOneSession({ from, sessionId: flags.session }, flags);
		return;
	}
	const progress = openProgress(flags.json === true);
	try {
		const restored = await restoreDatabase({
			config: storageConfig(flags.db),
			from: from ?? "",
			force: flags.force === true,
			full: flags.full === true,
			now: Date.now,
			tell: (step) => progress.hooks.onProgress?.(step),
		});
		progress.close();
		if (flags.json) printJson(restored);
		else print(...restoredText(restored));
	} finally {
		progress.close();
	}
}

function demandSense(from: string | null, flags: RestoreFlags): void {
	const isOfSession = flags.session !== undefined;
	if (flags.undo && !isOfSession)
		throw new SavepointError(
			"USAGE",
			"--undo takes the restore of one session back; name it with --session.",
		);
	if (flags.undo && from !== null)
		throw new SavepointError("USAGE", "--undo needs no backup: what was there is in the log.");
	if (!flags.undo && from === null)
		throw new SavepointError(
			"USAGE",
			"Name the backup to restore from; latest is the newest proven one.",
		);
	if (isOfSession && flags.force)
		throw new SavepointError(
			"USAGE",
			"--force is for the whole storage; --yes restores one session.",
		);
}

function restoredText(restored: Restored): string[] {
	const { database, backup, createdAt, generation, sessions, moves, keptIn, problems } = restored;
	return [
		...problems.map((problem) => `Warning: ${problem}`),
		`Restored ${database} from ${backup}: ${nounText(sessions, "session")}, ${nounText(moves, "move")}.`,
		`What was answered after ${createdAt} is not in it. It is generation ${generation} now.`,
		...(keptIn === null ? [] : [`What was there before is kept in ${keptIn}.`]),
		"Start the server; players go on where the backup is.",
	];
}
