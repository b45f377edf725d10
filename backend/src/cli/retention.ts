import { resolve } from "node:path";
import type { Command } from "commander";
import { readConfig } from "../config.js";
import type { RetentionPreview } from "../storage/removals/retention-preview.js";
import { previewRetentionOf } from "../storage/upkeep.js";
import { readTime, undoRetention } from "./retention/undo.js";
import { databaseOption, storageConfig } from "./support/database-option.js";
import { reporting } from "./support/failure.js";
import { wholeNumber } from "./support/numbers.js";
import { print, printJson } from "./support/output.js";
import { bytesText, columns, countText } from "./support/words.js";

interface PreviewFlags {
	readonly db?: string;
	readonly days?: number;
	readonly json?: true;
}

const HELP = `
Says which ended sessions are old enough to be removed, how many moves and bytes they hold, and what
stays. Changes nothing, beside a running server or without one. A running server removes them by
itself, some at a time: first they are hidden, and they are deleted SAVEPOINT_RETENTION_UNDO_DAYS
later. Results, high scores and statistics stay for ever.

Examples:
  savepoint retention preview
  savepoint retention preview --days 90 --json

Exit codes: 0 counted · 2 wrong usage · 66 there is no database · others are listed in
docs/reference/cli.md`;

const UNDO_HELP = `
Sessions that retention has hidden come back as they were, until they are deleted, which is
SAVEPOINT_RETENTION_UNDO_DAYS later. Works beside a running server, which does it, or without one.
Set a larger SAVEPOINT_RETENTION_DAYS (0 keeps all) and start the server again before: else its next
look, ten minutes later at most, hides them again. The undo is in the audit log.

Examples:
  savepoint retention undo
  savepoint retention undo --since 2026-11-25T15:00:00Z --json

Exit codes: 0 taken back, or nothing was there · 2 wrong usage · 66 there is no database · others
are listed in docs/reference/cli.md`;

const DAY_MS = 24 * 3_600_000;

/** Adds the verb `retention`. */
export function addRetentionCommand(program: Command): void {
	const retention = program.command("retention").description("what grows too old to be kept");
	retention
		.command("preview", { isDefault: true })
		.description("say what would be removed now, and how many bytes that is")
		.option("--days <n>", "as if SAVEPOINT_RETENTION_DAYS were n", wholeNumber(1, 36_500))
		.addOption(databaseOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(preview));
	retention
		.command("undo")
		.description("take back what was hidden and is not yet deleted")
		.option("--since <time>", "only what was hidden at this time (ISO 8601) or later", readTime)
		.addOption(databaseOption())
		.option("--json", "print one JSON object")
		.addHelpText("after", UNDO_HELP)
		.action(reporting(undoRetention));
}

async function preview(flags: PreviewFlags): Promise<void> {
	const configured = readConfig(process.env).retention.keepMs;
	const keepMs = flags.days === undefined ? configured : flags.days * DAY_MS;
	if (keepMs === null) {
		if (flags.json) printJson({ keepsAll: true });
		else print("SAVEPOINT_RETENTION_DAYS is 0: every session is kept for ever.");
		return;
	}
	const path = resolve(storageConfig(flags.db).path);
	const found = await previewRetentionOf(path, Date.now() - keepMs);
	if (flags.json) printJson({ keepsAll: false, days: keepMs / DAY_MS, ...found });
	else print(...asText(found, keepMs / DAY_MS));
}

function asText(found: RetentionPreview, days: number): string[] {
	return columns([
		["kept for", `${countText(days)} days after their end`],
		["would be removed", `${countText(found.sessions)} sessions`],
		["  their moves", countText(found.moves)],
		["  their size", `about ${bytesText(found.bytes)}`],
		["old, but kept", `${countText(found.kept)} with a high score`],
		["removed already", `${countText(found.waiting)}, can still be brought back`],
		["oldest end", found.oldestEndedAt ?? "none"],
	]);
}
