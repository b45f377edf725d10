import { Argument, type Command } from "commander";
import { askServer } from "../control/control-client.js";
import type { TellProgress } from "../operations/proof.js";
import { proveBackup } from "../operations/prove-backup.js";
import { findBackup } from "../operations/resolve-backup.js";
import { type BackupEntry, isProven, listBackups } from "../storage/backups/catalogue.js";
import { backupDirectoryOf } from "../storage/config.js";
import { databaseAt, isServed } from "../storage/upkeep.js";
import { openProgress } from "./doctor/progress.js";
import { backupJson, backupLine, backupText } from "./support/backup-words.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";

interface BackupsFlags {
	readonly db?: string;
	readonly full?: true;
	readonly json?: true;
}

const EXIT_NOT_PROVEN = 1;

const HELP = `
list, also when no action is named, shows every whole backup, newest first. prove restores one (the
newest, where none is named) to a scratch file, verifies it again and remembers what came of it.

Examples:
  savepoint backups
  savepoint backups prove
  savepoint backups prove 2026-11-25T15-18-00-123Z-scheduled --full

Exit codes: 0 done; it is proven · 1 it does not verify · 2 wrong usage · 65 no such backup ·
71 it could not be looked at · others are listed in docs/reference/cli.md`;

/** Adds the verb `backups` with `list` and `prove`. */
export function addBackupsCommand(program: Command): void {
	program
		.command("backups")
		.description("list the backups, or prove again that one restores")
		.addArgument(new Argument("[action]", "what to do").choices(["list", "prove"]).default("list"))
		.argument("[name]", "the backup to prove (default: the newest)")
		.addOption(databaseOption())
		.option("--full", "play every session again, not only a sample")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action((action: string, name: string | undefined, flags: BackupsFlags) =>
			reporting((given: BackupsFlags) =>
				action === "prove" ? prove(name ?? null, given) : list(given),
			)(flags),
		);
}

function list(flags: BackupsFlags): void {
	const directory = backupDirectoryOf(storageConfig(flags.db));
	const entries = listBackups(directory);
	if (flags.json) printJson({ directory, backups: entries.map(backupJson) });
	else if (entries.length === 0) print(`There is no backup in ${directory}.`);
	else print(directory, ...entries.map((entry) => `  ${backupLine(entry)}`));
}

async function prove(name: string | null, flags: BackupsFlags): Promise<void> {
	const progress = openProgress(flags.json === true);
	try {
		const entry = await proven(name, flags, (step) => progress.hooks.onProgress?.(step));
		progress.close();
		process.exitCode = isProven(entry) ? 0 : EXIT_NOT_PROVEN;
		if (flags.json) printJson(backupJson(entry));
		else print(...backupText(entry));
	} finally {
		progress.close();
	}
}

async function proven(
	name: string | null,
	flags: BackupsFlags,
	tell: TellProgress,
): Promise<BackupEntry> {
	const config = storageConfig(flags.db);
	const full = flags.full === true;
	if (isServed(config.path)) {
		const request = { verb: "prove", args: { name, full } };
		return (await askServer(databaseAt(config.path), request, tell)) as BackupEntry;
	}
	const entry = findBackup(backupDirectoryOf(config), name);
	return proveBackup({ entry, full, now: Date.now, tell });
}
