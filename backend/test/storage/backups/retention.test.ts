// Goal: what the schedule takes away can be missed. Method: histories of backups, made up at
// random, are pruned again and again, as a server does after each backup; the seed is printed by
// fast-check when one fails.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BackupEntry, backupName, isProven } from "#src/storage/backups/catalogue.js";
import { SCHEDULED, superseded } from "#src/storage/backups/retention.js";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

const entryAt = (atMs: number, label: string, proven: boolean): BackupEntry => {
	const at = new Date(atMs);
	const name = backupName(at, label);
	const manifest = {
		format: 1 as const,
		label,
		createdAt: at.toISOString(),
		appVersion: "0",
		schemaVersion: 10,
		instanceId: "i",
		generation: 1,
		bytes: 1,
		sha256: "",
		sessions: 0,
		moves: 0,
		counters: {},
		provenAt: proven ? at.toISOString() : null,
		proof: { depth: "sample" as const, tookMs: 1, sessionsReplayed: 0, problems: [] },
	};
	return { name, directory: `/b/${name}`, database: `/b/${name}/savepoint.sqlite`, manifest };
};

const keeps = fc.record({
	hours: fc.nat({ max: 30 }),
	days: fc.nat({ max: 10 }),
	weeks: fc.nat({ max: 6 }),
});
const steps = fc.array(
	fc.record({
		afterMs: fc.integer({ min: 1, max: 40 * HOUR_MS }),
		proven: fc.boolean(),
		label: fc.constantFrom(SCHEDULED, SCHEDULED, SCHEDULED, "manual"),
	}),
	{ minLength: 1, maxLength: 60 },
);

/** As a server lives: one backup after the other, and after each what is superseded goes. */
function live(history: readonly { afterMs: number; proven: boolean; label: string }[]) {
	let atMs = START_MS;
	return history.map(({ afterMs, proven, label }) => {
		atMs += afterMs;
		return entryAt(atMs, label, proven);
	});
}

describe("retention", () => {
	it("[B1, Y2] never takes the newest proven backup, nor one that was asked for", () => {
		fc.assert(
			fc.property(keeps, steps, (keep, history) => {
				let kept: BackupEntry[] = [];
				for (const entry of live(history)) {
					kept = [entry, ...kept];
					const newest = kept.find(isProven);
					const gone = superseded(kept, keep);
					expect(gone).not.toContain(newest);
					expect(gone.every(({ manifest }) => manifest.label === SCHEDULED)).toBe(true);
					kept = kept.filter((one) => !gone.includes(one));
				}
			}),
		);
	});

	it("[Y2] pruning twice takes nothing more than pruning once", () => {
		fc.assert(
			fc.property(keeps, steps, (keep, history) => {
				const entries = live(history).reverse();
				const gone = superseded(entries, keep);
				expect(
					superseded(
						entries.filter((one) => !gone.includes(one)),
						keep,
					),
				).toEqual([]);
			}),
		);
	});

	it("[Y2] of hourly backups, 24 hours, 7 days and 4 weeks stay", () => {
		let kept: BackupEntry[] = [];
		for (let hour = 0; hour < 90 * 24; hour += 1) {
			kept = [entryAt(START_MS + hour * HOUR_MS, SCHEDULED, true), ...kept];
			const gone = superseded(kept, { hours: 24, days: 7, weeks: 4 });
			kept = kept.filter((one) => !gone.includes(one));
		}
		const ages = kept.map(
			({ manifest }) =>
				(START_MS + (90 * 24 - 1) * HOUR_MS - Date.parse(manifest.createdAt)) / HOUR_MS,
		);
		expect(ages.filter((hours) => hours < 24)).toHaveLength(24);
		// Today's and this week's newest are among the hours.
		expect(kept.length).toBeLessThanOrEqual(24 + 7 + 4);
		expect(Math.max(...ages)).toBeGreaterThan(14 * 24);
	});

	it("[Y2] of those not proven the newest stays, until a proven one follows", () => {
		const at = (hour: number, proven: boolean) =>
			entryAt(START_MS + hour * HOUR_MS, SCHEDULED, proven);
		const [old, failed, alsoFailed] = [at(1, true), at(2, false), at(3, false)];
		const keep = { hours: 9, days: 9, weeks: 9 };
		expect(superseded([alsoFailed, failed, old], keep)).toEqual([failed]);
		const proven = at(4, true);
		expect(superseded([proven, alsoFailed, failed, old], keep)).toEqual([alsoFailed, failed]);
	});
});
