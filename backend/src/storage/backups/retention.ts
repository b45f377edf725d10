import { type BackupEntry, isProven } from "./catalogue.js";
import type { Keep } from "./config.js";

export const SCHEDULED = "scheduled";
const HOUR_MS = 3_600_000;
/** A Monday, from which all spans are counted. */
export const FIRST_WEEK_MS = Date.UTC(1970, 0, 5);

/**
 * The backups that may go: of those that the schedule made itself, whatever is neither the newest
 * of one of the last `hours` hours, `days` days or `weeks` weeks that have one (in UTC). What an
 * operator asked for is never among them, and neither is the newest proven one. A backup that is
 * not proven goes when a newer proven one is there, or a newer one that is not proven either.
 *
 * `entries`: newest first, as `listBackups` gives them.
 */
export function superseded(entries: readonly BackupEntry[], keep: Keep): BackupEntry[] {
	const newestProven = entries.find(isProven);
	const newestUnproven = entries.find((entry) => !isProven(entry));
	const kept = new Set<BackupEntry>();
	if (newestProven !== undefined) kept.add(newestProven);
	if (newestUnproven !== undefined && isNewer(newestUnproven, newestProven))
		kept.add(newestUnproven);
	const scheduled = entries.filter(({ manifest }) => manifest.label === SCHEDULED);
	const proven = scheduled.filter(isProven);
	for (const { spanMs, count } of spansOf(keep))
		for (const entry of newestOfEach(proven, spanMs).slice(0, count)) kept.add(entry);
	return scheduled.filter((entry) => !kept.has(entry));
}

const isNewer = (entry: BackupEntry, than: BackupEntry | undefined): boolean =>
	than === undefined || entry.name > than.name;

/** Each length of time of which the newest is kept, and for how many of them. */
export const spansOf = ({ hours, days, weeks }: Keep) => [
	{ spanMs: HOUR_MS, count: hours },
	{ spanMs: 24 * HOUR_MS, count: days },
	{ spanMs: 7 * 24 * HOUR_MS, count: weeks },
];

/** The hour, day or week in which it was made, counted from the first week. */
export const spanOf = ({ manifest }: BackupEntry, spanMs: number): number =>
	Math.floor((Date.parse(manifest.createdAt) - FIRST_WEEK_MS) / spanMs);

export function newestOfEach(entries: readonly BackupEntry[], spanMs: number): BackupEntry[] {
	const seen = new Set<number>();
	return entries.filter((entry) => {
		const span = spanOf(entry, spanMs);
		if (seen.has(span)) return false;
		seen.add(span);
		return true;
	});
}
