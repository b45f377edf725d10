// Goal: what is no damage is refused or waited for with the reason, and not one byte changes.
// Method: the files of a real server, put into each of these states, and the real server started on
// them.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ErrorCode } from "@savepoint/core";
import Database from "better-sqlite3";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ERRORS } from "#src/errors.js";
import { type DatabasePaths, databasePaths } from "#src/storage/sqlite-paths.js";
import { copyDirectory, snapshot, temporaryDirectory } from "../storage/fixtures/files.js";
import { killServers, startServer } from "../support/server-process.js";
import { expectAllThere, type Load, makePaths, makeStored } from "./oracle.js";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("Not root: the tests that run a server as another user are skipped.");

interface Stored {
	readonly paths: DatabasePaths;
	readonly load: Load;
}

let killed: Stored;
let stopped: Stored;

beforeAll(async () => {
	killed = await makeStored("kill");
	stopped = await makeStored("stop");
}, 60_000);
afterEach(killServers);

const copyOf = ({ paths }: Stored): DatabasePaths => {
	const directory = temporaryDirectory();
	copyDirectory(paths.directory, directory);
	return databasePaths(join(directory, "db.sqlite"));
};

/**
 * The others may come and go with any start: the lock, and SQLite's index of the -wal, hold no
 * data.
 */
const filesOf = (paths: DatabasePaths): Record<string, string> =>
	Object.fromEntries(
		Object.entries(snapshot(paths.directory)).filter(
			([name]) => !/(\.lock|\.owner|-shm)$/.test(name),
		),
	);

/**
 * A start that ends with the code's exit code and one sentence of path and remedy, and changes
 * nothing.
 */
async function expectRefused(
	paths: DatabasePaths,
	code: ErrorCode,
	remedy: RegExp,
	uid?: number,
): Promise<void> {
	const before = filesOf(paths);
	const server = startServer({
		database: paths.database,
		env: { LOG_LEVEL: "silent" },
		...(uid !== undefined && { uid }),
	});
	expect(await server.ended).toEqual({ code: ERRORS[code].exitCode, signal: null });
	expect(server.out).toBe("");
	expect(server.err).toMatch(new RegExp(`^savepoint: [^\\n]*\\(${code}\\)\\n$`));
	expect(server.err).toContain(paths.directory);
	expect(server.err).toMatch(remedy);
	expect(filesOf(paths)).toEqual(before);
}

const edit = (paths: DatabasePaths, sql: string): void => {
	const database = new Database(paths.database);
	database.exec(sql);
	database.close();
};

describe("[B4] a file that may not be used", { timeout: 60_000 }, () => {
	const modes: [what: string, file: "database" | "directory", mode: number, code: ErrorCode][] = [
		["mode 000", "database", 0o000, "STORAGE_PERMISSION"],
		["a read-only file", "database", 0o444, "STORAGE_READ_ONLY"],
		["a read-only directory", "directory", 0o555, "STORAGE_PERMISSION"],
		["a directory that may not be entered", "directory", 0o000, "STORAGE_PERMISSION"],
	];
	for (const [what, file, mode, code] of modes)
		it.skipIf(!isRoot)(`[B4] ${what}: refused, byte-equal, fine again afterwards`, async () => {
			const paths = copyOf(killed);
			const path = paths[file];
			const usual = file === "directory" ? 0o755 : 0o644;
			execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, paths.directory]);
			chmodSync(path, mode);
			await expectRefused(paths, code, new RegExp(`Remedy: chmod u\\+rwx? ${path}`), NOBODY);
			chmodSync(path, usual);
			await expectAllThere(paths.database, killed.load);
		});

	it.skipIf(!isRoot)(
		"[B4] files of another user: refused with the chown that mends it",
		async () => {
			const paths = copyOf(stopped);
			await expectRefused(paths, "STORAGE_PERMISSION", /Remedy: chown 65534:65534 \//, NOBODY);
			await expectAllThere(paths.database, stopped.load);
		},
	);

	it("[B4] a directory in its place: refused", async () => {
		const paths = makePaths();
		mkdirSync(paths.database);
		await expectRefused(paths, "STORAGE_NOT_A_FILE", /is a directory\. Move it away, or choose/);
	});

	it("[B4] another program's file with its data: refused", async () => {
		const paths = makePaths();
		edit(paths, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
		await expectRefused(paths, "STORAGE_FOREIGN", /of another program .* Choose another place/);
		edit(paths, "PRAGMA journal_mode = wal; PRAGMA application_id = 77");
		await expectRefused(paths, "STORAGE_FOREIGN", /of another program/);
	});
});

describe("[M2] a schema that this version cannot explain", { timeout: 60_000 }, () => {
	const newest = "(SELECT max(version) FROM schema_migrations)";
	const schemas: [what: string, sql: string, code: ErrorCode, remedy: RegExp][] = [
		[
			"newer",
			`INSERT INTO schema_migrations VALUES (${newest} + 1, 'later', 'c', 0)`,
			"STORAGE_NEWER_SCHEMA",
			/run the release that wrote it or a newer one/,
		],
		[
			"a changed checksum",
			"UPDATE schema_migrations SET checksum = 'c' WHERE version = 1",
			"STORAGE_MIGRATION_CHANGED",
			/release that (wrote|made) it/,
		],
		[
			"a migration that is not known",
			"INSERT INTO schema_migrations VALUES (0, 'early', 'c', 0)",
			"STORAGE_MIGRATION_MISSING",
			/release that (wrote|made) it/,
		],
	];
	for (const [what, sql, code, remedy] of schemas)
		it(`[M2] ${what}: refused, byte-equal`, async () => {
			const paths = copyOf(stopped);
			edit(paths, sql);
			await expectRefused(paths, code, remedy);
		});

	it("[M2] newer, in the -wal only: refused, byte-equal", async () => {
		const paths = copyOf(stopped);
		const server = startServer({ database: paths.database });
		await server.listening();
		const database = new Database(paths.database);
		database.exec(`INSERT INTO schema_migrations VALUES (${newest} + 1, 'later', 'c', 0)`);
		await server.kill();
		const copy = databasePaths(join(temporaryDirectory(), "db.sqlite"));
		copyDirectory(paths.directory, copy.directory);
		database.close();
		rmSync(copy.shm, { force: true });
		await expectRefused(copy, "STORAGE_NEWER_SCHEMA", /run the release that wrote it/);
	});
});

describe("[G5] two servers on one database", () => {
	it("[G5] the second refuses and names the process of the first, which plays on", async () => {
		const paths = copyOf(stopped);
		const first = startServer({ database: paths.database });
		const url = await first.listening();
		const pid = /process (\d+)/.exec(first.out)?.[1];
		const second = startServer({ database: paths.database, env: { LOG_LEVEL: "silent" } });
		expect(await second.ended).toEqual({ code: ERRORS.STORAGE_LOCKED.exitCode, signal: null });
		expect(second.err).toContain(`${paths.database} is in use by process ${pid} (serve at ${url})`);
		expect(second.err).toMatch(/Stop that process first/);
		expect((await fetch(`${url}/health`)).status).toBe(200);
		expect(await first.stop()).toEqual({ code: 0, signal: null });
		await expectAllThere(paths.database, stopped.load);
	});
});
