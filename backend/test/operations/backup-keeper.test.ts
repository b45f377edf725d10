// Goal: the schedule makes a backup when one is due, rests when nothing has changed, and is loud
// when it fails. Method: a keeper over a real storage with a clock that the test moves.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BackupKeeper, type BackupKeeperDeps } from "#src/operations/backup-keeper.js";
import { proveCopy } from "#src/operations/prove-copy.js";
import { readBackupConfig } from "#src/storage/backups/config.js";
import {
	createSession,
	openTestStorage,
	SILENT,
	type TestStorage,
	testDirectory,
} from "../support/storage.js";

const MINUTE_MS = 60_000;

describe("the schedule", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let opened: TestStorage;
	let nowMs: number;
	let errors: unknown[];
	beforeEach(async () => {
		directory = await testDirectory();
		opened = await openTestStorage(join(directory.path, "savepoint.sqlite"));
		await createSession(opened.store);
		nowMs = Date.UTC(2026, 10, 25);
		errors = [];
	});
	afterEach(async () => {
		await opened.close();
		await directory.remove();
	});

	const backups = () => join(directory.path, "backups");
	let changes = 1;
	const keeper = (over: Partial<BackupKeeperDeps> = {}): BackupKeeper =>
		new BackupKeeper({
			directory: backups(),
			source: join(directory.path, "savepoint.sqlite"),
			config: { everyMinutes: 60, keep: { hours: 2, days: 1, weeks: 1 } },
			copyTo: (target, tell) => opened.storage.driver.copyTo?.(target, tell) as Promise<void>,
			changes: () => changes,
			generation: 1,
			log: { ...SILENT, error: (...said: unknown[]) => errors.push(said) },
			now: () => nowMs,
			prove: proveCopy,
			...over,
		});
	const scheduled = { label: "scheduled", full: false };

	it("[Y5] one is due at first, then when an hour is over and something has changed", async () => {
		const kept = keeper();
		expect(kept.isDue()).toBe(true);
		const { name } = await kept.take(scheduled);
		expect(kept.isDue()).toBe(false);
		nowMs += 61 * MINUTE_MS;
		expect(kept.isDue()).toBe(false);
		changes += 1;
		expect(kept.isDue()).toBe(true);
		// Another process that finds it is content with it until it is too old.
		expect(keeper({ now: () => nowMs - 30 * MINUTE_MS }).isDue()).toBe(false);
		expect(keeper().isDue()).toBe(true);
		// A restore makes one due at once, whatever there is.
		expect(keeper({ generation: 2, now: () => nowMs - 30 * MINUTE_MS }).isDue()).toBe(true);
		expect(kept.list().map((entry) => entry.name)).toEqual([name]);
		expect(await kept.gauges()).toMatchObject({ backups: 1, failures: 0, problem: null });
	});

	it("[Y5] one that fails is told in the log and as a warning, and tried again later", async () => {
		const kept = keeper({ prove: () => Promise.reject(new Error("the proof broke")) });
		await expect(kept.takeDue()).rejects.toThrow("the proof broke");
		kept.note(new Error("the proof broke"));
		expect(kept.warnings().join()).toContain("the proof broke");
		expect(errors).toHaveLength(1);
		expect(await kept.gauges()).toMatchObject({
			failures: 1,
			problem: "The last backup failed: the proof broke",
		});
		expect(kept.isDue()).toBe(false);
		nowMs += 6 * MINUTE_MS;
		expect(kept.isDue()).toBe(true);
	});

	it("[Y5] a copy that does not verify is a failure, and tried again", async () => {
		const kept = keeper({
			prove: async (request, tell) => {
				const facts = await proveCopy(request, tell);
				return { ...facts, proof: { ...facts.proof, problems: ["One page is damaged."] } };
			},
		});
		await kept.takeDue();
		expect(kept.warnings().join()).toContain("One page is damaged.");
		expect(await kept.gauges()).toMatchObject({ newestProvenAtMs: null, failures: 1 });
		nowMs += 6 * MINUTE_MS;
		expect(kept.isDue()).toBe(true);
	});

	it("[O41] is overdue when the newest proven one is too old and there is news", async () => {
		const kept = keeper();
		expect(await kept.gauges()).toMatchObject({ isOverdue: true, newestProvenAtMs: null });
		await kept.take(scheduled);
		expect(await kept.gauges()).toMatchObject({ isOverdue: false, newestProvenAtMs: nowMs });
		nowMs += 71 * MINUTE_MS;
		expect(await kept.gauges()).toMatchObject({ isOverdue: false });
		changes += 1;
		expect(await kept.gauges()).toMatchObject({ isOverdue: true });
		await kept.look();
		expect(kept.warnings()).toEqual([
			"The newest proven backup is 71 minutes old, and one is due every 60.",
		]);
		// Without a schedule nothing is late.
		const keep = { hours: 1, days: 1, weeks: 1 };
		const never = keeper({ config: { everyMinutes: 0, keep } });
		expect(await never.gauges()).toMatchObject({ isOverdue: false });
		await kept.take(scheduled);
		expect(kept.warnings()).toEqual([]);
		expect(await kept.gauges()).toMatchObject({ isOverdue: false, backups: 2 });
	});

	it("[O41] a directory that cannot be read is a problem, not an end of the metrics", async () => {
		const blocked = keeper({ directory: join(directory.path, "savepoint.sqlite") });
		const { problem, backups: count } = await blocked.gauges();
		expect(problem).toContain("cannot be listed");
		expect(count).toBe(0);
	});

	it("[O40] tells how far it is while it is under way, and nothing afterwards", async () => {
		const kept = keeper();
		const steps = new Set<string>();
		const taking = kept.take(scheduled, ({ step }) => {
			expect(kept.work?.progress?.step).toBe(step);
			steps.add(step);
		});
		expect(kept.work).toMatchObject({ kind: "back-up", backup: null, startedAtMs: nowMs });
		const { name } = await taking;
		expect(steps.size).toBeGreaterThan(1);
		expect(kept.work).toBeNull();
		const proving = kept.prove({ name, full: false });
		expect(kept.work).toMatchObject({ kind: "prove", backup: name });
		await proving;
		expect(kept.work).toBeNull();
	});

	it("[Y5] whoever asks while one is under way waits for its end", async () => {
		const kept = keeper();
		const taken = await Promise.all([
			kept.take({ label: "first", full: false }),
			kept.take({ label: "second", full: false }),
		]);
		expect(taken.map(({ manifest }) => manifest.label)).toEqual(["first", "second"]);
	});

	it("[Y2] what is superseded goes, and the newest proven one never", async () => {
		const kept = keeper();
		for (let hour = 0; hour < 5; hour += 1) {
			changes += 1;
			await kept.takeDue();
			nowMs += 60 * MINUTE_MS;
		}
		expect(readdirSync(backups())).toHaveLength(2);
		const none = keeper({ config: { everyMinutes: 60, keep: { hours: 0, days: 0, weeks: 0 } } });
		none.prune();
		none.prune();
		expect(none.list()).toHaveLength(1);
	});

	it("[Y5] 0 minutes is never, and settings that make no sense are named", () => {
		const keep = { hours: 1, days: 1, weeks: 1 };
		expect(keeper({ config: { everyMinutes: 0, keep } }).isDue()).toBe(false);
		const mistakes: string[] = [];
		expect(readBackupConfig("30", "6h, 2d, 1w", mistakes)).toEqual({
			everyMinutes: 30,
			keep: { hours: 6, days: 2, weeks: 1 },
		});
		expect(mistakes).toEqual([]);
		readBackupConfig("often", "many", mistakes);
		expect(mistakes.join()).toMatch(/EVERY_MINUTES.*often.*KEEP.*many/);
	});
});
