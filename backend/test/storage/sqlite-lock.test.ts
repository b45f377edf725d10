import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acquireLock, isLocked, readOwner } from "#src/storage/sqlite-lock.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { codeOf, runFixture, temporaryDirectory } from "./fixtures/files.js";

const owner = { pid: process.pid, startedAt: "2026-01-02T03:04:05.000Z", what: "serve" };
const place = () => databasePaths(join(temporaryDirectory(), "db.sqlite"));

describe("[G5] one process per data directory", () => {
	it("[G5] is taken, described, released and taken again", () => {
		const paths = place();
		expect(isLocked(paths)).toBe(false);
		expect(existsSync(paths.lock)).toBe(false);
		const lock = acquireLock(paths, owner);
		expect(isLocked(paths)).toBe(true);
		lock.describe({ address: "http://127.0.0.1:1" });
		expect(readOwner(paths)).toEqual({ ...owner, address: "http://127.0.0.1:1" });
		lock.release();
		lock.release();
		expect(isLocked(paths)).toBe(false);
		expect(readOwner(paths)).toBeNull();
		acquireLock(paths, owner).release();
		expect(readdirSync(paths.directory)).toEqual(["db.sqlite.lock"]);
		expect(statSync(paths.lock).size).toBe(0);
	});

	it("[G5] a second holder in the same process is refused, and the first keeps the lock", () => {
		const paths = place();
		const lock = acquireLock(paths, owner);
		expect(codeOf(() => acquireLock(paths, owner))).toBe("STORAGE_LOCKED");
		expect(isLocked(paths)).toBe(true);
		expect(readOwner(paths)).toEqual(owner);
		lock.release();
	});

	it("[G5] another process is refused with pid, verb, address and time of the holder", async () => {
		const paths = place();
		const child = runFixture("hold-lock.mjs", [paths.database]);
		await child.line();
		expect(isLocked(paths)).toBe(true);
		const held = readOwner(paths);
		expect(held?.pid).toBe(child.process.pid);
		expect(() => acquireLock(paths, owner)).toThrow(
			`process ${child.process.pid} (serve at http://127.0.0.1:3333) since ${held?.startedAt}`,
		);
		await child.finish();
		expect(isLocked(paths)).toBe(false);
		expect(existsSync(paths.owner)).toBe(false);
	});

	it("[G5] kill -9 frees it, and the stale owner file harms nothing", async () => {
		const paths = place();
		const child = runFixture("hold-lock.mjs", [paths.database]);
		await child.line();
		await child.kill();
		expect(readOwner(paths)?.pid).toBe(child.process.pid);
		expect(isLocked(paths)).toBe(false);
		const lock = acquireLock(paths, owner);
		expect(readOwner(paths)).toEqual(owner);
		lock.release();
	});

	it("[G5] a holder that drops its reference keeps the lock through gc", async () => {
		const paths = place();
		const child = runFixture("hold-lock.mjs", [paths.database], { nodeArgs: ["--expose-gc"] });
		await child.line();
		expect(isLocked(paths)).toBe(true);
		expect(codeOf(() => acquireLock(paths, owner))).toBe("STORAGE_LOCKED");
		await child.kill();
	});

	it("[G5] a torn owner file still refuses, without a name", () => {
		const paths = place();
		const lock = acquireLock(paths, owner);
		writeFileSync(paths.owner, '{"pid":');
		expect(() => acquireLock(paths, owner)).toThrow("in use by another process");
		lock.release();
	});

	it("[B4] what is no lock file is refused with the remedy and left alone", () => {
		const paths = place();
		writeFileSync(paths.lock, "this is a text of more than a hundred bytes".repeat(20));
		expect(codeOf(() => acquireLock(paths, owner))).toBe("STORAGE_IO");
		expect(() => acquireLock(paths, owner)).toThrow("remove it");
		const other = place();
		mkdirSync(other.lock);
		expect(["STORAGE_IO", "STORAGE_NOT_A_FILE"]).toContain(codeOf(() => acquireLock(other, owner)));
	});

	it.runIf(process.getuid?.() === 0)(
		"[G5] a lock file that may not be written is a refusal, never a lock that locks nothing",
		async () => {
			const paths = place();
			acquireLock(paths, owner).release();
			chmodSync(paths.directory, 0o777);
			const child = runFixture("report-code.mjs", ["lock", paths.database], { uid: 65_534 });
			expect(JSON.parse(await child.line()).code).toBe("STORAGE_PERMISSION");
		},
	);
});
