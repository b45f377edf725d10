import { resolve } from "node:path";
import type { Command } from "commander";
import { askServer } from "../control/control-client.js";
import type { TellProgress } from "../operations/proof.js";
import { takeBackup } from "../operations/take-backup.js";
import { type BackupEntry, isProven } from "../storage/backups/catalogue.js";
import { backupDirectoryOf } from "../storage/config.js";
import { copyAtRest, databaseAt, isServed } from "../storage/upkeep.js";
import { openProgress } from "./doctor/progress.js";
import { backupJson, backupText } from "./support/backup-words.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";

interface BackupFlags {
	readonly db?: string;
	readonly to?: string;
	readonly full?: true;
	readonly json?: true;
}

const EXIT_NOT_PROVEN = 1;
const LABEL = "manual";

const HELP = `
Beside a running server the copy is made by that server, a few pages at a time, while it goes on
taking moves; otherwise by this command. Then the copy is verified as doctor does: pages, checksums,
counters, and some sessions played again (--full: all of them). Only then it counts as proven.

A backup that you ask for is never deleted by the schedule of the server.

Examples:
  savepoint backup
  savepoint backup --to /mnt/backups --full
  savepoint backup --json | jq -r .name

Exit codes: 0 made and proven · 1 made, and it does not verify · 2 wrong usage · 66 there is no
database · 71 it could not be made · others are listed in docs/reference/cli.md`;

/** Adds the verb `backup`. */
export function addBackupCommand(program: Command): void {
	program
		.command("backup")
		.description("copy the database beside a running server, and prove that the copy restores")
		.addOption(databaseOption())
		.option("--to <dir>", "directory of the backups (default: SAVEPOINT_BACKUP_DIR)")
		.option("--full", "play every session again, not only a sample")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(backup));
}

async function backup(flags: BackupFlags): Promise<void> {
	const progress = openProgress(flags.json === true);
	const tell: TellProgress = (step) => progress.hooks.onProgress?.(step);
	try {
		const entry = await make(flags, tell);
		progress.close();
		process.exitCode = isProven(entry) ? 0 : EXIT_NOT_PROVEN;
		if (flags.json) printJson(backupJson(entry));
		else print(...backupText(entry));
	} finally {
		progress.close();
	}
}

async function make(flags: BackupFlags, tell: TellProgress): Promise<BackupEntry> {
	const config = storageConfig(flags.db);
	const full = flags.full === true;
	const to = flags.to === undefined ? null : resolve(flags.to);
	if (isServed(config.path)) {
		const args = { label: LABEL, full, directory: to };
		const request = { verb: "backup", args };
		return (await askServer(databaseAt(config.path), request, tell)) as BackupEntry;
	}
	return takeBackup({
		directory: to ?? backupDirectoryOf(config),
		label: LABEL,
		full,
		source: config.path,
		copyTo: (target, copied) => copyAtRest(config.path, target, copied),
		now: Date.now,
		tell,
	});
}
