import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AuditLines, BackupsView } from "@savepoint/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { POSTGRES } from "../support/drivers.js";
import { type Operator, PASSWORD, signInTo } from "../support/operator.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { spoilBackupUnderWay } from "../support/spoil-backup.js";
import { makeSqliteApp, type SqliteApp } from "../support/sqlite-app.js";
import { tamper } from "../support/stored-games.js";

/**
 * Goal: what operators see of backups is what lies on the disk, and what they ask for is done once,
 * audited, and loud when it fails. Method: the HTTP server over a real database with backups of its
 * own; some are spoilt on purpose.
 */
const WITHIN_MS = 60_000;
const SETTINGS = {
	SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
	// What is there was asked for by the test.
	SAVEPOINT_BACKUP_EVERY_MINUTES: "0",
};

describe("backups in the console", () => {
	let server: SqliteApp;
	let operator: Operator;
	let backups: string;
	const open = async (settings: Readonly<Record<string, string>> = SETTINGS) => {
		server = await makeSqliteApp(settings);
		backups = join(dirname(server.database), "backups");
		operator = await signInTo(server.app);
		await server.app.inject({ method: "POST", url: "/api/sessions" });
	};
	beforeEach(() => open());
	afterEach(() => server.close());

	const view = (query = "") => operator.read<BackupsView>(`/backups${query}`);
	/** Until nothing is under way, as the page waits for it, and its end is in the audit log. */
	const untilDone = async (orderId: string): Promise<BackupsView> => {
		await vi.waitFor(
			async () => {
				const { entries } = await operator.read<AuditLines>("/audit");
				expect(entries).toContainEqual(
					expect.objectContaining({
						action: "backup-result",
						after: expect.objectContaining({ orderedBy: orderId }),
					}),
				);
			},
			{ timeout: WITHIN_MS, interval: 50 },
		);
		return view();
	};
	const order = async (path = "/backups"): Promise<string> => {
		const answer = await operator.post(path);
		expect(answer.status).toBe(200);
		return answer.body.entry.id;
	};

	it("[O40] are made when they are asked for, once at a time, and audited", async () => {
		expect((await view()).backups).toEqual([]);
		const orderId = await order();
		// 1. One is under way: it can be watched, and no other begins.
		const { job } = await view();
		expect(job).toMatchObject({ kind: "back-up", backup: null });
		const second = await operator.post("/backups");
		expect([second.status, second.body.code]).toEqual([409, "BACKUP_UNDER_WAY"]);
		// 2. It is there, proven, and the schedule never takes it away.
		const done = await untilDone(orderId);
		expect(done.job).toBeNull();
		expect(done.backups).toMatchObject([
			{ label: "manual", sessions: 1, problems: [], kept: "asked", keptUntil: null },
		]);
		const [made] = done.backups;
		expect(made?.provenAt).toBe(done.lastProofAt);
		expect(made?.createdAt).toBe(done.newestProvenAt);
		expect(readdirSync(backups)).toEqual([made?.name]);
		// 3. Who asked, and what came of it.
		const { entries } = await operator.read<AuditLines>("/audit?limit=2");
		expect(entries).toMatchObject([
			{ action: "backup-result", subject: made?.name, undo: null },
			{ action: "back-up", id: orderId, before: { newestProvenAt: null }, undo: null },
		]);
		expect(entries[0]?.after).toMatchObject({ provenAt: made?.provenAt, problems: [] });
	}, 120_000);

	it("[O41] are loud while none is proven, and quiet when one is", async () => {
		await server.close();
		await open({ ...SETTINGS, SAVEPOINT_BACKUP_EVERY_MINUTES: "60" });
		expect((await view()).alarms).toEqual(["There is no proven backup."]);
		expect((await untilDone(await order())).alarms).toEqual([]);
		server.skip(71 * 60_000);
		operator = await signInTo(server.app);
		await server.app.inject({ method: "POST", url: "/api/sessions" });
		expect((await view()).alarms).toEqual([
			"The newest proven backup is 71 minutes old, and one is due every 60.",
		]);
	}, 120_000);

	it("[O40] that do not verify are kept, listed as not proven, and an alarm", async () => {
		const created = await server.app.inject({ method: "POST", url: "/api/sessions" });
		await server.app.inject({
			method: "POST",
			url: `/api/sessions/${created.json().sessionId}/end`,
		});
		tamper(server.database, "update sessions set score = score + 1 where result is not null");
		const { alarms, backups: listed, newestProvenAt } = await untilDone(await order());
		expect(listed).toMatchObject([{ provenAt: null, kept: "asked" }]);
		expect(listed[0]?.problems.join()).toContain("checksum");
		expect(newestProvenAt).toBeNull();
		expect(alarms[0]).toMatch(/^The backup \S+ does not verify: .*checksum/);
		const health = (await server.app.inject("/health")).json();
		expect(health.storage.warnings.join()).toContain("does not verify");
	}, 120_000);

	it("[O40] that fail leave nothing, are an alarm, and their end is in the audit log", async () => {
		const orderId = await order();
		await spoilBackupUnderWay(backups);
		const done = await untilDone(orderId);
		expect(done.backups).toEqual([]);
		expect(done.alarms[0]).toMatch(/^The last backup failed: /);
		const { entries } = await operator.read<AuditLines>("/audit?limit=1");
		expect(entries[0]).toMatchObject({ action: "backup-result", subject: null });
		expect(entries[0]?.after).toHaveProperty("failed");
		// The next one that is proven ends the alarm.
		expect((await untilDone(await order())).alarms).toEqual([]);
	}, 120_000);

	it("[O40] are proven again: a byte that has changed since is found", async () => {
		const [made] = (await untilDone(await order())).backups;
		const name = made?.name ?? "";
		const again = await untilDone(await order(`/backups/${name}/prove`));
		expect(Date.parse(again.lastProofAt ?? "")).toBeGreaterThan(Date.parse(made?.provenAt ?? ""));
		flipLastByte(join(backups, name, "savepoint.sqlite"));
		const spoilt = await untilDone(await order(`/backups/${name}/prove`));
		expect(spoilt.backups).toMatchObject([{ name, provenAt: null }]);
		expect(spoilt.backups[0]?.problems.join()).toContain("SHA-256");
		expect(spoilt.alarms.join()).toContain("There is no proven backup.");
		expect(readdirSync(backups)).toEqual([name]);
	}, 120_000);

	it("[O40] are refused with a sentence where there is no room, and begin nothing", async () => {
		const [made] = (await untilDone(await order())).backups;
		const from = join(backups, made?.name ?? "");
		// A backup as large as it says, and full of holes.
		const name = "2026-01-01T00-00-00-000Z-large";
		mkdirSync(join(backups, name));
		writeFileSync(join(backups, name, "savepoint.sqlite"), "");
		truncateSync(join(backups, name, "savepoint.sqlite"), 2 ** 42);
		const manifest = JSON.parse(readFileSync(join(from, "manifest.json"), "utf8"));
		writeFileSync(
			join(backups, name, "manifest.json"),
			JSON.stringify({ ...manifest, bytes: 2 ** 42 }),
		);
		const refused = await operator.post(`/backups/${name}/prove`);
		expect([refused.status, refused.body.code]).toEqual([500, "BACKUP_FAILED"]);
		expect(refused.body.error).toMatch(/needs .* MiB, .* Make room/);
		const unknown = await operator.post("/backups/2026-01-01T00-00-00-000Z-none/prove");
		expect([unknown.status, unknown.body.code]).toEqual([404, "BACKUP_NOT_FOUND"]);
		const { entries } = await operator.read<AuditLines>("/audit?limit=1");
		expect(entries[0]?.action).toBe("backup-result");
		expect((await view()).job).toBeNull();
	}, 120_000);

	it("[O41] come page by page, and to nobody who is not signed in", async () => {
		for (let made = 0; made < 2; made += 1) await untilDone(await order());
		const first = await view("?limit=1");
		const second = await view(`?limit=1&after=${first.next}`);
		expect([first, second].map(({ backups: shown }) => shown.length)).toEqual([1, 1]);
		expect(second.next).toBeNull();
		expect(first.backups[0]?.name).not.toBe(second.backups[0]?.name);
		for (const path of ["/backups", "/quarantine", "/storage-history?span=hour"]) {
			const answer = await server.app.inject(`/api/console${path}`);
			expect(answer.json().code).toBe("SIGN_IN_REQUIRED");
		}
	}, 120_000);
});

describe("a directory that backups cannot be put into", () => {
	it("[O41] is an alarm, and refuses what is asked for with the reason", async () => {
		const base = await makeSqliteApp();
		const server = await makeSqliteApp({
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			// A file stands where the directory should be.
			SAVEPOINT_BACKUP_DIR: base.database,
		});
		const operator = await signInTo(server.app);
		expect((await operator.read<BackupsView>("/backups")).alarms[0]).toContain("cannot be listed");
		const refused = await operator.post("/backups");
		expect([refused.status, refused.body.code]).toEqual([500, "BACKUP_FAILED"]);
		expect(refused.body.error).toContain(base.database);
		await server.close();
		await base.close();
	});
});

describe("a server on PostgreSQL, which has backups of its own", () => {
	it("[O40] [O42] [O44] says so and takes no orders; its other pages are the same", async () => {
		const place = POSTGRES.makePlace();
		await makeDatabase(place);
		const server = await makeSqliteApp({
			SAVEPOINT_ADMIN_PASSWORD: PASSWORD,
			DATABASE_URL: place,
		});
		const operator = await signInTo(server.app);
		expect(await operator.read<BackupsView>("/backups")).toMatchObject({
			elsewhere: "postgres",
			alarms: [],
			backups: [],
			job: null,
		});
		const refused = await operator.post("/backups");
		expect(refused.body.code).toBe("BACKUP_FAILED");
		expect(refused.body.error).toContain("postgres has backups of its own");
		const nothing = { recovery: null, setAside: [], sessions: [], next: null };
		expect(await operator.read("/quarantine")).toEqual(nothing);
		expect(await operator.read("/storage-history?span=hour")).toHaveProperty("since");
		const { payload } = await server.app.inject("/metrics");
		expect(payload).not.toMatch(/^savepoint_backup_(age|overdue|failed)\S* /m);
		expect(payload).toContain('savepoint_quarantined_sessions{standing="harmed"} 0');
		await server.close();
	});
});

function flipLastByte(path: string): void {
	const bytes = readFileSync(path);
	bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0x10, bytes.length - 1);
	writeFileSync(path, bytes);
}
