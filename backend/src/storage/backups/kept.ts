import type { BackupKept } from "@savepoint/core";
import { type BackupEntry, isProven } from "./catalogue.js";
import type { Keep } from "./config.js";
import {
	FIRST_WEEK_MS,
	newestOfEach,
	SCHEDULED,
	spanOf,
	spansOf,
	superseded,
} from "./retention.js";

/** A backup, and why the schedule leaves it where it is. */
export interface KeptBackup {
	readonly entry: BackupEntry;
	readonly kept: BackupKept;
	/** At least until then; null but for `until`. */
	readonly untilMs: number | null;
}

/**
 * What becomes of each backup as time goes on. `entries`: newest first. A backup that is the
 * newest of its hour, day or week stays until so many newer ones of them *can* have one, so the
 * time is the earliest: where nothing is backed up meanwhile it stays longer.
 */
export function keptBackups(
	entries: readonly BackupEntry[],
	keep: Keep,
	nowMs: number,
): KeptBackup[] {
	const newest = entries.find(isProven);
	const goes = new Set(superseded(entries, keep));
	const until = earliestEnds(entries, keep, nowMs);
	return entries.map((entry) => {
		const because = (kept: BackupKept, untilMs: number | null = null): KeptBackup => ({
			entry,
			kept,
			untilMs,
		});
		if (entry.manifest.label !== SCHEDULED) return because("asked");
		if (entry === newest) return because("newest");
		if (goes.has(entry)) return because("superseded");
		if (!isProven(entry)) return because("until-newer");
		return because("until", until.get(entry) ?? nowMs);
	});
}

function earliestEnds(
	entries: readonly BackupEntry[],
	keep: Keep,
	nowMs: number,
): ReadonlyMap<BackupEntry, number> {
	const ends = new Map<BackupEntry, number>();
	const proven = entries.filter((one) => isProven(one) && one.manifest.label === SCHEDULED);
	for (const { spanMs, count } of spansOf(keep))
		for (const entry of newestOfEach(proven, spanMs).slice(0, count)) {
			const endMs = (spanOf(entry, spanMs) + 1) * spanMs + FIRST_WEEK_MS;
			// A day that is not over will have a newer one yet.
			if (endMs > nowMs) continue;
			// When so many later spans have begun that each may have one.
			const endsAtMs = endMs + (count - 1) * spanMs;
			ends.set(entry, Math.max(ends.get(entry) ?? 0, endsAtMs));
		}
	return ends;
}
