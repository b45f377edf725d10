// Goal: a whole restore replaces nothing unasked, keeps what was there, and cannot be left half
// done. Method: real storages; a swap is begun by hand and cut off after each of its steps, and the
// next opening must find the old database or the new one.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proveCopy } from "#src/operations/prove-copy.js";
import { restoreDatabase } from "#src/operations/restore-database.js";
import { takeBackup } from "#src/operations/take-backup.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { copyAtRest, readCopyFacts } from "#src/storage/upkeep.js";
import { copyDirectory } from "../storage/fixtures/files.js";
import { createSession, openTestStorage, testDirectory } from "../support/storage.js";
import { tamper } from "../support/stored-games.js";

describe("restoring the whole storage", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	beforeEach(async () => {
		directory = await testDirectory();
		database = join(directory.path, "data", "savepoint.sqlite");
	});
	afterEach(() => directory.remove());

	const backups = () => join(directory.path, "backups");
	const config = () => ({
		engine: "sqlite" as const,
		path: database,
		backupDirectory: backups(),
		requireVolume: false,
		allowNetworkFileSystem: false,
		testFault: null,
	});
	async function store(sessions: number): Promise<void> {
		const { store: authority, close } = await openTestStorage(database);
		for (let at = 0; at < sessions; at += 1) await createSession(authority);
		await close();
	}
	const backup = () =>
		takeBackup({
			directory: backups(),
			label: "manual",
			source: database,
			copyTo: (target, tell) => copyAtRest(database, target, tell),
			full: true,
			now: Date.now,
			prove: proveCopy,
		});
	const restore = (force: boolean, from = "latest") =>
		restoreDatabase({
			config: config(),
			from,
			force,
			full: true,
			now: Date.now,
			prove: proveCopy,
		});

	it("[Y4] into a new place: everything is there, in a new generation", async () => {
		await store(3);
		await backup();
		database = join(directory.path, "elsewhere", "savepoint.sqlite");
		expect(await restore(false)).toMatchObject({ generation: 2, sessions: 3, keptIn: null });
		expect((await examine(database)).verdict).toBe("healthy");
		await store(1);
		expect(readCopyFacts(database)).toMatchObject({ generation: 2, sessions: 4 });
	});

	it("[Y4] refuses a database that is there, and with force keeps it whole", async () => {
		await store(2);
		await backup();
		await store(2);
		await expect(restore(false)).rejects.toMatchObject({ code: "RESTORE_REFUSED" });
		expect(readCopyFacts(database).sessions).toBe(4);
		const restored = await restore(true);
		expect(restored).toMatchObject({ generation: 2, sessions: 2 });
		const kept = join(restored.keptIn ?? "", basename(database));
		expect(readCopyFacts(kept)).toMatchObject({ sessions: 4, generation: 1 });
		expect((await restore(true)).generation).toBe(3);
	});

	it("[Y4] refuses while a server has the database", async () => {
		await store(1);
		await backup();
		const { close } = await openTestStorage(database);
		await expect(restore(true)).rejects.toMatchObject({ code: "STORAGE_LOCKED" });
		await close();
	});

	it("[Y4] refuses a backup that does not verify, before anything is touched", async () => {
		await store(2);
		const entry = await backup();
		tamper(entry.database, "update sessions set score = 9 where session_key = 1");
		await expect(restore(true, "nothing")).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
		database = join(directory.path, "elsewhere", "savepoint.sqlite");
		await expect(restore(false)).rejects.toMatchObject({ code: "RESTORE_REFUSED" });
		expect(readdirSync(join(directory.path, "elsewhere"))).toEqual(["savepoint.sqlite.lock"]);
		expect((await restore(true)).problems.join(" ")).toContain("key 1");
	});

	it("[Y4] that was killed at any step is finished by the next start, or never was", async () => {
		await store(2);
		await backup();
		await store(1);
		const paths = databasePaths(database);
		const before = join(directory.path, "before");
		copyDirectory(paths.directory, before);
		await restore(true);
		const after = join(directory.path, "after");
		copyDirectory(paths.directory, after);
		const aside = join(paths.directory, "before-restore", "then");
		const note = JSON.stringify({ at: new Date().toISOString(), aside, instanceId: "new" });
		const name = basename(database);
		const old = readdirSync(before).filter((file) => /sqlite(-wal|-shm|\.instance)?$/.test(file));
		// The database itself goes last.
		old.sort((a, b) => Number(a === name) - Number(b === name));
		for (let moved = -1; moved <= old.length + 1; moved += 1) {
			database = join(directory.path, `cut${moved}`, name);
			const cut = databasePaths(database);
			copyDirectory(before, cut.directory);
			cpSync(join(after, name), `${cut.database}.restoring`);
			// 1. Before the note: nothing has happened.
			if (moved >= 0)
				writeFileSync(`${cut.database}.restore`, note.replace(paths.directory, cut.directory));
			// 2. Between two of the old files; 3. with the new one in its place and the note not gone.
			mkdirSync(join(cut.directory, "before-restore", "then"), { recursive: true });
			for (const file of old.slice(0, Math.max(0, moved)))
				renameSync(join(cut.directory, file), join(cut.directory, "before-restore", "then", file));
			if (moved === old.length + 1) {
				cpSync(join(after, `${name}.instance`), `${cut.database}.instance`);
				renameSync(`${cut.database}.restoring`, cut.database);
			}
			const { close } = await openTestStorage(database);
			await close();
			const sessions = moved === -1 ? 3 : 2;
			expect([moved, readCopyFacts(database).sessions]).toEqual([moved, sessions]);
			expect((await examine(database)).verdict).toBe("healthy");
			expect(existsSync(`${cut.database}.restoring`)).toBe(false);
			expect(existsSync(`${cut.database}.restore`)).toBe(false);
			expect(existsSync(join(cut.directory, "quarantine"))).toBe(false);
		}
	}, 120_000);
});
