import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { askServer } from "../../control/control-client.js";
import type { TellProgress } from "../../operations/proof.js";
import type { RetentionUndone } from "../../operator/retention-keeper.js";
import { databaseAt, isServed, previewRetentionOf } from "../../storage/upkeep.js";
import { openProgress } from "../doctor/progress.js";
import { storageConfig } from "../support/database-option.js";
import { print, printJson } from "../support/output.js";
import { withService } from "../support/service-here.js";
import { countText, nounText } from "../support/words.js";

export interface UndoFlags {
	readonly db?: string;
	/** Milliseconds since 1970. */
	readonly since?: number;
	readonly json?: true;
}

/** In the server that has the database, or in this process. */
export async function undoRetention(flags: UndoFlags): Promise<void> {
	const path = resolve(storageConfig(flags.db).path);
	const sinceMs = flags.since ?? 0;
	const progress = openProgress(flags.json === true);
	const tell: TellProgress = (step) => progress.hooks.onProgress?.(step);
	try {
		const undone = isServed(path)
			? await inServer(databaseAt(path), sinceMs, tell)
			: await inThisProcess(path, sinceMs, tell);
		progress.close();
		if (flags.json) printJson(undone);
		else print(...undoneText(undone));
	} finally {
		progress.close();
	}
}

async function inServer(
	database: string,
	sinceMs: number,
	tell: TellProgress,
): Promise<RetentionUndone> {
	const request = { verb: "retention-undo", args: { sinceMs } };
	return (await askServer(database, request, tell)) as RetentionUndone;
}

async function inThisProcess(
	path: string,
	sinceMs: number,
	tell: TellProgress,
): Promise<RetentionUndone> {
	// Refused where there is no database, instead of making one.
	await previewRetentionOf(path, 0);
	return withService(path, ({ console }) =>
		console.retention.undo(sinceMs, { address: "command line" }, (done, total) =>
			tell({ step: "taking back", done, total }),
		),
	);
}

function undoneText({ sessions, keepDays, hidesAgain }: RetentionUndone): string[] {
	if (sessions === 0) return ["Nothing was hidden that can still be brought back."];
	const back = `${nounText(sessions, "session")} ${sessions === 1 ? "is" : "are"} back.`;
	if (!hidesAgain || keepDays === null) return [back];
	return [
		back,
		`Warning: sessions are kept for ${countText(keepDays)} days here, so the server's next look ` +
			"hides older ones again. Raise SAVEPOINT_RETENTION_DAYS, start the server again, and undo then.",
	];
}

/** For `--since`. */
export function readTime(text: string): number {
	const timeMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isSafeInteger(timeMs) && timeMs >= 0) return timeMs;
	throw new InvalidArgumentError("It takes a time such as 2026-11-25T15:00:00Z.");
}
