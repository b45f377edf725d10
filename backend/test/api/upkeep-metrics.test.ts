// Goal: a scrape tells of backups, quarantine and recoveries, so that an alarm can ring. Method: a
// real server on SQLite, scraped before and after a backup, a harmed session and a recovery.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackupsView } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeFakeApp } from "../support/fake-app.js";
import { PASSWORD, signInTo } from "../support/operator.js";
import { spoilBackupUnderWay } from "../support/spoil-backup.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";
import { testDirectory } from "../support/storage.js";
import { tamper } from "../support/stored-games.js";

describe("metrics of upkeep", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let server: SqliteApp;
	const open = async () => {
		server = await makeSqliteApp({
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			SAVEPOINT_DB_PATH: join(directory.path, "savepoint.sqlite"),
		});
	};
	beforeEach(async () => {
		directory = await testDirectory();
		await open();
	});
	afterEach(async () => {
		await server.close();
		await directory.remove();
	});

	/** The value of a sample, by its name with its labels. */
	const read = async (sample: string): Promise<number> => {
		const { payload } = await server.app.inject("/metrics");
		const line = payload.split("\n").find((one) => one.startsWith(`${sample} `));
		return Number(line?.split(" ").at(-1)?.replace("Inf", "Infinity") ?? Number.NaN);
	};
	const createSession = async (): Promise<string> =>
		(await server.app.inject({ method: "POST", url: "/api/sessions" })).json().sessionId;

	it("[O44] tell the ages of backups, endless without one, and a failure", async () => {
		const ages = ["backup_age", "backup_proven_age", "backup_proof_age"];
		for (const name of ages)
			expect(await read(`savepoint_${name}_seconds`), name).toBe(Number.POSITIVE_INFINITY);
		expect(await read("savepoint_backup_overdue")).toBe(1);
		expect(await read("savepoint_backup_failed")).toBe(0);

		await createSession();
		const operator = await signInTo(server.app);
		const backUp = async (spoil: () => Promise<void>): Promise<void> => {
			await operator.post("/backups");
			await spoil();
			await vi.waitFor(
				async () => expect((await operator.read<BackupsView>("/backups")).job).toBeNull(),
				{ timeout: 60_000, interval: 50 },
			);
		};
		await backUp(async () => undefined);
		for (const name of ages) expect(await read(`savepoint_${name}_seconds`), name).toBeLessThan(60);
		expect(await read("savepoint_backup_overdue")).toBe(0);
		expect(await read("savepoint_backups")).toBe(1);
		expect(await read("savepoint_backup_duration_seconds")).toBeGreaterThan(0);
		expect(await read("savepoint_backup_failures_total")).toBe(0);

		await backUp(() => spoilBackupUnderWay(join(directory.path, "backups")));
		expect(await read("savepoint_backup_failed")).toBe(1);
		expect(await read("savepoint_backup_failures_total")).toBe(1);
		expect(await read("savepoint_backup_age_seconds")).toBe(Number.POSITIVE_INFINITY);
	}, 120_000);

	it("[O44] tell the sessions that were set aside", async () => {
		const sessionId = await createSession();
		expect(await read('savepoint_quarantined_sessions{standing="harmed"}')).toBe(0);
		await server.close();
		tamper(server.database, "update sessions set score = score + 1");
		await open();
		expect(await read("savepoint_harmed_sessions_total")).toBe(0);
		await server.app.inject(`/api/sessions/${sessionId}`);
		expect(await read("savepoint_harmed_sessions_total")).toBe(1);
		await vi.waitFor(async () =>
			expect(await read('savepoint_quarantined_sessions{standing="harmed"}')).toBe(1),
		);
		await server.close();
		await open();
		expect(await read("savepoint_harmed_sessions_total")).toBe(0);
		expect(await read('savepoint_quarantined_sessions{standing="harmed"}')).toBe(1);
		expect(await read('savepoint_quarantined_sessions{standing="cut"}')).toBe(0);
	});

	it("[O44] tell what a start recovered", async () => {
		expect(await read("savepoint_recovered_at_start")).toBe(0);
		await server.close();
		writeFileSync(server.database, "this was a database, once upon a time");
		await open();
		expect(await read("savepoint_recovered_at_start")).toBe(1);
		expect(await read('savepoint_recovery_sessions{outcome="back"}')).toBe(0);
	});

	it("[O44] have no value where the engine has backups of its own", async () => {
		const { app } = await makeFakeApp();
		const { payload } = await app.inject("/metrics");
		expect(payload).not.toMatch(/^savepoint_backup_(age|overdue|failed)\S* /m);
		expect(payload).toMatch(/^# TYPE savepoint_backup_age_seconds gauge$/m);
		await app.close();
	});
});
