// Goal: a backup that counts restores. Method: real copies of a real storage, some of them made
// while it is written to, some spoilt on purpose between the copy and its verification or later.
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proveBackup } from "#src/operations/prove-backup.js";
import { proveCopy } from "#src/operations/prove-copy.js";
import { proveInProcess } from "#src/operations/prove-in-process.js";
import { type BackupOrder, takeBackup } from "#src/operations/take-backup.js";
import { BACKUP_DATABASE, listBackups, newestProven } from "#src/storage/backups/catalogue.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { fill, startLoad } from "../support/load.js";
import { openTestStorage, type TestStorage, testDirectory } from "../support/storage.js";
import { leafPages, tamper } from "../support/stored-games.js";

const PAGE_BYTES = 4096;

describe("a backup", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let opened: TestStorage;
	let backups: string;
	beforeEach(async () => {
		directory = await testDirectory();
		backups = join(directory.path, "backups");
		opened = await openTestStorage(join(directory.path, "savepoint.sqlite"));
		await fill(opened.store, 40, 20);
	});
	afterEach(async () => {
		await opened.close();
		await directory.remove();
	});

	const take = (changes: Partial<BackupOrder> = {}) =>
		takeBackup({
			directory: backups,
			label: "manual",
			source: join(directory.path, "savepoint.sqlite"),
			copyTo: (target, tell) => opened.storage.driver.copyTo?.(target, tell) as Promise<void>,
			full: false,
			now: Date.now,
			prove: proveCopy,
			...changes,
		});

	const flipByte = (path: string, offset: number): void => {
		const bytes = readFileSync(path);
		bytes.writeUInt8(bytes.readUInt8(offset) ^ 0x10, offset);
		writeFileSync(path, bytes);
	};

	it("[B1] is not begun where it would fill the disk", async () => {
		// A file of holes: as large as it says, and empty.
		const source = join(directory.path, "large.sqlite");
		writeFileSync(source, "");
		truncateSync(source, 2 ** 42);
		await expect(take({ source })).rejects.toMatchObject({
			code: "BACKUP_FAILED",
			message: expect.stringContaining("SAVEPOINT_BACKUP_DIR"),
		});
		expect(readdirSync(backups)).toEqual([]);
	});

	it("[B1] made while players play is proven, and doctor finds it healthy", async () => {
		const load = startLoad(opened.store, 8);
		const entry = await take({ full: true, prove: proveInProcess });
		await load.stop();
		expect(load.take().length).toBeGreaterThan(0);
		expect(entry.manifest).toMatchObject({ generation: 1, proof: { depth: "full", problems: [] } });
		expect(entry.manifest.provenAt).not.toBeNull();
		expect(entry.manifest.sessions).toBeGreaterThanOrEqual(40);
		expect(entry.manifest.moves).toBeGreaterThanOrEqual(800);
		expect((await examine(entry.database)).verdict).toBe("healthy");
		expect(readdirSync(entry.directory).sort()).toEqual(["manifest.json", BACKUP_DATABASE]);
		expect(newestProven(backups)?.name).toBe(entry.name);
	});

	it("[B1] holds what was answered before it was asked for", async () => {
		const entry = await take();
		const { sessions, moves, counters } = entry.manifest;
		expect({ sessions, moves }).toEqual({ sessions: 40, moves: 800 });
		expect(counters).toMatchObject({ started: 40, won: 0 });
	});

	it("[B1] whose verification breaks never counts, and leaves nothing behind", async () => {
		const broken: BackupOrder["prove"] = (request, tell) => {
			writeFileSync(request.database, "not a database at all, and not even close");
			return proveInProcess(request, tell);
		};
		await expect(take({ prove: broken })).rejects.toMatchObject({ code: "BACKUP_FAILED" });
		expect(listBackups(backups)).toEqual([]);
		expect(readdirSync(backups)).toEqual([]);
	});

	it("[B1] of a session that does not verify is kept, and not proven", async () => {
		const changed: BackupOrder["prove"] = (request, tell) => {
			tamper(request.database, "update sessions set score = score + 1 where session_key = 7");
			return proveCopy(request, tell);
		};
		const entry = await take({ prove: changed });
		expect(entry.manifest.provenAt).toBeNull();
		expect(entry.manifest.proof?.problems.join(" ")).toMatch(/key 7: .*checksum/);
		expect(listBackups(backups)).toHaveLength(1);
		expect(newestProven(backups)).toBeNull();
	});

	it("[B1] with a byte flipped in it is found when it is proven again", async () => {
		const entry = await take();
		const prove = () => proveBackup({ entry, full: false, now: Date.now, prove: proveCopy });
		expect((await prove()).manifest.provenAt).not.toBeNull();
		const page = leafPages(entry.database, "moves")[0] as number;
		flipByte(entry.database, page * PAGE_BYTES - 40);
		const proven = await prove();
		expect(proven.manifest.provenAt).toBeNull();
		expect(proven.manifest.proof?.problems.join(" ")).toContain("SHA-256");
		expect(newestProven(backups)).toBeNull();
		expect(listBackups(backups)).toHaveLength(1);
	});

	it("[Y1] what a killed process left is swept, what another one still makes is not", async () => {
		mkdirSync(backups, { recursive: true });
		const dead = "2026-01-01T00-00-00-000Z-scheduled.999999999-00000000.part";
		const alive = `2026-01-01T00-00-00-000Z-scheduled.${process.ppid}-00000000.part`;
		for (const name of [dead, alive]) mkdirSync(join(backups, name));
		const entry = await take();
		expect(readdirSync(backups).sort()).toEqual([alive, entry.name].sort());
	});

	it("[Y1] that is cut short rejects with SHUTTING_DOWN and leaves nothing", async () => {
		const stopping = new AbortController();
		const taking = take({
			signal: stopping.signal,
			prove: (request, tell, signal) => {
				stopping.abort();
				return proveInProcess(request, tell, signal);
			},
		});
		await expect(taking).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
		expect(existsSync(backups) && readdirSync(backups)).toEqual([]);
	});

	it("[G1] only one copy is made at a time", async () => {
		const [first, second] = await Promise.allSettled([take(), take({ label: "other" })]);
		expect(first.status).toBe("fulfilled");
		expect(second).toMatchObject({ status: "rejected", reason: { code: "STORAGE_BUSY" } });
	});
});
