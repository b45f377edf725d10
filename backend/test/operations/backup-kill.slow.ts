// Goal: kill -9 at any moment of a backup, of its pruning or of a restore leaves whole things only.
// Method: a process does one of them again and again and is killed at a random moment; then every
// backup that is listed must verify, and the database must be the old one or the new one, healthy.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proveBackup } from "#src/operations/prove-backup.js";
import { proveCopy } from "#src/operations/prove-copy.js";
import { takeBackup } from "#src/operations/take-backup.js";
import { listBackups, newestProven } from "#src/storage/backups/catalogue.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { copyAtRest, readCopyFacts } from "#src/storage/upkeep.js";
import { fill } from "../support/load.js";
import { openTestStorage, testDirectory } from "../support/storage.js";

const PROCESS = fileURLToPath(new URL("../support/backup-forever.mjs", import.meta.url));
const CYCLES = Number(process.env["KILL_CYCLES"] ?? 40);
const LIFE_MS_MAX = 600;

describe("kill -9", () => {
	let directory: Awaited<ReturnType<typeof testDirectory>>;
	let database: string;
	let backups: string;
	beforeEach(async () => {
		directory = await testDirectory();
		database = join(directory.path, "data", "savepoint.sqlite");
		backups = join(directory.path, "backups");
		await grow();
		await takeBackup({
			directory: backups,
			label: "manual",
			source: database,
			copyTo: (target, tell) => copyAtRest(database, target, tell),
			full: true,
			now: Date.now,
			prove: proveCopy,
		});
	});
	afterEach(() => directory.remove());

	async function grow(): Promise<void> {
		const { store, close } = await openTestStorage(database);
		await fill(store, 50, 20);
		await close();
	}
	/** Returns how often it came to its end before it was killed. */
	async function killed(what: "backup" | "restore"): Promise<number> {
		const child = spawn(process.execPath, [PROCESS, what, database, backups], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		let said = "";
		child.stdout.on("data", (text) => {
			said += text;
		});
		await once(child.stdout, "data");
		await new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MS_MAX));
		child.kill("SIGKILL");
		await once(child, "close");
		return said.split("once").length - 1;
	}

	it("[B1, Y1, Y2] during a backup or its pruning: all that is listed verifies", async () => {
		let done = 0;
		for (let cycle = 0; cycle < CYCLES; cycle += 1) {
			done += await killed("backup");
			expect(newestProven(backups)).not.toBeNull();
			for (const entry of listBackups(backups)) {
				const { manifest } = await proveBackup({
					entry,
					full: true,
					now: Date.now,
					prove: proveCopy,
				});
				expect(manifest.proof?.problems).toEqual([]);
			}
		}
		console.log(`${CYCLES} kills, ${done} backups came to their end, all that is listed verifies`);
	});

	it("[Y4] during a restore: the old database or the new one, healthy", async () => {
		const found = new Map<number, number>();
		let done = 0;
		for (let cycle = 0; cycle < CYCLES; cycle += 1) {
			// 100 sessions before, 50 in the backup.
			if (readCopyFacts(database).sessions === 50) await grow();
			done += await killed("restore");
			const { close } = await openTestStorage(database);
			await close();
			expect((await examine(database)).verdict).toBe("healthy");
			const { sessions } = readCopyFacts(database);
			found.set(sessions, (found.get(sessions) ?? 0) + 1);
		}
		expect([...found.keys()].every((sessions) => sessions === 50 || sessions === 100)).toBe(true);
		console.log(
			`${CYCLES} kills, ${done} restores came to their end; the old one was there ${found.get(100) ?? 0} times, the new one ${found.get(50) ?? 0} times`,
		);
	});
});
