import { readFileSync } from "node:fs";
import { removeDurable, writeFileDurable } from "./durable-files.js";
import { errnoOf, translateFileError } from "./file-errors.js";
import type { RecoveryReport } from "./ports.js";
import type { DatabasePaths } from "./sqlite-paths.js";

/**
 * A recovery that nobody was told of yet. It is durable before the marker of the damage goes, and
 * itself goes when a start has come through; so a start that is killed in between leaves it to the
 * next one, and no loss stays silent (B2).
 */
export function keepNotice(paths: DatabasePaths, report: RecoveryReport): void {
	writeFileDurable(paths.notice, `${JSON.stringify(report, null, "\t")}\n`);
}

/** null where every recovery was told. Content that does not read back is told as what it is. */
export function readNotice(paths: DatabasePaths): RecoveryReport | null {
	try {
		return parseNotice(readFileSync(paths.notice, "utf8"));
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw translateFileError(error, paths.notice);
	}
}

export function forgetNotice(paths: DatabasePaths): void {
	removeDurable(paths.notice);
}

function parseNotice(text: string): RecoveryReport {
	const fields: Record<string, unknown> = {};
	try {
		Object.assign(fields, JSON.parse(text));
	} catch {
		// That it is there is what counts.
	}
	const { at, reason, quarantine, outcome, tally } = fields;
	return {
		at: typeof at === "string" ? at : "unknown",
		reason: typeof reason === "string" ? reason : "The database was recovered by a start.",
		quarantine: typeof quarantine === "string" ? quarantine : null,
		outcome: typeof outcome === "string" ? outcome : "Look into the quarantine directory.",
		tally: typeof tally === "object" ? (tally as RecoveryReport["tally"]) : null,
	};
}
