import { describe, expect, it } from "vitest";
import type { BackupEntry } from "#src/storage/backups/catalogue.js";
import { keptBackups } from "#src/storage/backups/kept.js";
import { superseded } from "#src/storage/backups/retention.js";

/**
 * Goal: what is said of a backup's future is what the schedule does. Method: backups of known
 * times, and a clock that is moved past what was said.
 */
const HOUR_MS = 3_600_000;
const KEEP = { hours: 3, days: 2, weeks: 0 };

const entry = (iso: string, label = "scheduled", isProven = true): BackupEntry => ({
	name: `${iso.replaceAll(/[:.]/g, "-")}-${label}`,
	directory: "",
	database: "",
	manifest: {
		label,
		createdAt: iso,
		provenAt: isProven ? iso : null,
	} as BackupEntry["manifest"],
});
const hourly = (fromMs: number, count: number): BackupEntry[] =>
	Array.from({ length: count }, (_, at) =>
		entry(new Date(fromMs + (count - 1 - at) * HOUR_MS).toISOString()),
	);

describe("why a backup is kept", () => {
	it("[O41] because it was asked for, is the newest proven one, or nothing newer is there", () => {
		const entries = [
			entry("2026-11-25T12:30:00.000Z", "scheduled", false),
			entry("2026-11-25T12:00:00.000Z"),
			entry("2026-11-25T11:00:00.000Z", "manual"),
			entry("2026-11-25T10:00:00.000Z", "scheduled", false),
		];
		const kept = keptBackups(entries, KEEP, Date.parse("2026-11-25T12:40:00.000Z"));
		expect(kept.map((one) => [one.kept, one.untilMs])).toEqual([
			["until-newer", null],
			["newest", null],
			["asked", null],
			["superseded", null],
		]);
	});

	it("[O41] until a time before which the schedule does not take it away", () => {
		const nowMs = Date.parse("2026-11-25T12:40:00.000Z");
		const entries = hourly(nowMs - 40 * HOUR_MS, 41);
		const kept = keptBackups(entries, KEEP, nowMs).filter((one) => one.kept === "until");
		// The two hours before this one, and the newest of yesterday.
		expect(
			kept.map(({ entry: { manifest }, untilMs }) => [
				manifest.createdAt.slice(0, 13),
				new Date(untilMs ?? 0).toISOString(),
			]),
		).toEqual([
			["2026-11-25T11", "2026-11-25T14:00:00.000Z"],
			["2026-11-25T10", "2026-11-25T13:00:00.000Z"],
			["2026-11-24T23", "2026-11-26T00:00:00.000Z"],
		]);
		// The schedule goes on each hour: each is there until its time, and goes after it.
		for (const { entry: told, untilMs } of kept) {
			const endsAtMs = untilMs ?? 0;
			const later = (untilAtMs: number): BackupEntry[] => {
				const count = Math.floor((untilAtMs - nowMs) / HOUR_MS) + 1;
				const made = count > 0 ? hourly(nowMs + HOUR_MS, count) : [];
				return [
					...made.filter((one) => Date.parse(one.manifest.createdAt) <= untilAtMs),
					...entries,
				];
			};
			expect(superseded(later(endsAtMs - 1), KEEP)).not.toContain(told);
			expect(superseded(later(endsAtMs + HOUR_MS), KEEP)).toContain(told);
		}
	});
});
