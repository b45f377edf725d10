import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import Database from "better-sqlite3";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { APPLICATION_ID, inspectDatabase } from "#src/storage/sqlite-inspect.js";
import { readInstance, writeInstance } from "#src/storage/sqlite-instance.js";
import type { DatabasePaths } from "#src/storage/sqlite-paths.js";
import { inspectWal, readWalSalts } from "#src/storage/sqlite-wal.js";
import { copyOf, flip, makeDatabase, pathsIn } from "./fixtures/databases.js";
import { runFixture, snapshot, temporaryDirectory } from "./fixtures/files.js";

const NOBODY = 65_534;
const VANISHED = /-wal is (gone|empty), .* the last changes that were acknowledged are lost/;

/** Inspects, and holds that not a byte changed by it. */
const inspect = (paths: DatabasePaths) => {
	const before = snapshot(paths.directory);
	const result = inspectDatabase(paths);
	expect(snapshot(paths.directory)).toEqual(before);
	return result;
};

let live: DatabasePaths;
let closed: DatabasePaths;
let other: DatabasePaths;

beforeAll(async () => {
	[live, closed, other] = await Promise.all([
		makeDatabase(4, 40),
		makeDatabase(2, 20, "close"),
		makeDatabase(3, 40),
	]);
});

describe("[G6] no false alarm", () => {
	it("[G6] whatever the moment of a kill -9, the files are sound and whole", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.nat(2 ** 31),
				fc.array(fc.nat(60), { minLength: 2, maxLength: 4 }),
				async (seed, kills) => {
					const paths = pathsIn(temporaryDirectory());
					for (const [round, lines] of kills.entries()) {
						const child = runFixture("wal-writer.mjs", [paths.database, `${seed + round}`]);
						let last = "0";
						for (let line = 0; line <= lines; line++) last = await child.line();
						await child.kill();
						const found = inspect(paths);
						expect(found).toMatchObject({ kind: "sound", warnings: [] });
						const database = new Database(paths.database, { readonly: true });
						expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
						if (last !== "open")
							expect(
								database.prepare("SELECT count(*) AS n FROM acks WHERE n = ?").get(Number(last)),
							).not.toEqual({ n: 0 });
						database.close();
					}
				},
			),
			{ numRuns: 6 },
		);
	}, 120_000);

	it("[G6] a first start killed at any moment is fresh or sound", async () => {
		for (let wait = 0; wait < 12; wait++) {
			const paths = pathsIn(temporaryDirectory());
			const child = runFixture("wal-writer.mjs", [paths.database, `${wait}`]);
			await new Promise<void>((resolve) => {
				const poll = (): void => {
					if (existsSync(paths.instance)) setTimeout(resolve, wait);
					else setImmediate(poll);
				};
				poll();
			});
			await child.kill();
			expect(["fresh", "sound"]).toContain(inspect(paths).kind);
		}
	});

	it("[G6] a process that ends while a thread holds the database is no loss", async () => {
		for (const [ending, warnings] of [
			["exit", 0],
			["throw", 0],
			["untold", 1],
		] as const) {
			const paths = pathsIn(temporaryDirectory());
			await runFixture("exit-in-thread.mjs", [paths.database, ending]).finish();
			expect(existsSync(paths.wal)).toBe(false);
			const found = inspect(paths);
			expect(found.kind).toBe("sound");
			if (found.kind === "sound") expect(found.warnings).toHaveLength(warnings);
		}
	});

	it("[G6] after a kill another program may bring the -wal home: sound, and told", () => {
		const copy = copyOf(live);
		new Database(copy.database).exec("PRAGMA wal_checkpoint(TRUNCATE)").close();
		expect(existsSync(copy.wal)).toBe(false);
		const found = inspect(copy);
		expect(found).toMatchObject({ kind: "sound", instance: { state: "open" } });
		if (found.kind === "sound") expect(found.warnings).toEqual([expect.stringMatching(VANISHED)]);
	});

	it("[G6] a deleted or emptied -wal beside a sound file is told with what may be lost", () => {
		const spoils = [(p: DatabasePaths) => rmSync(p.wal), (p: DatabasePaths) => truncateSync(p.wal)];
		for (const spoil of spoils) {
			const copy = copyOf(live);
			spoil(copy);
			const found = inspect(copy);
			expect(found.kind).toBe("sound");
			if (found.kind === "sound") expect(found.warnings).toEqual([expect.stringMatching(VANISHED)]);
		}
	});

	it("[G6] an empty directory and a missing one are fresh", () => {
		const directory = temporaryDirectory();
		expect(inspect(pathsIn(directory))).toEqual({ kind: "fresh" });
		expect(inspectDatabase(pathsIn(`${directory}/none`))).toEqual({ kind: "fresh" });
		writeFileSync(pathsIn(directory).database, "");
		expect(inspect(pathsIn(directory))).toEqual({ kind: "fresh" });
	});

	it("[G6] a clean shutdown is sound, also copied without its instance file", () => {
		expect(inspect(closed)).toMatchObject({ kind: "sound", instance: { state: "closed" } });
		const copy = copyOf(closed);
		rmSync(copy.instance);
		const found = inspect(copy);
		expect(found).toMatchObject({ kind: "sound", instance: null });
		if (found.kind === "sound") expect(found.warnings).toHaveLength(1);
		writeFileSync(copy.instance, "torn");
		expect(inspect(copy)).toMatchObject({ kind: "sound", instance: null });
	});

	it("[G6] a torn last transaction is dropped without alarm", () => {
		const copy = copyOf(live);
		const { size } = statSync(copy.wal);
		const wal = inspectWal(copy.wal);
		if (wal.kind !== "sound") throw new Error("the fixture has no -wal");
		flip(copy.wal, 32 + wal.committedFrameCount * (24 + wal.pageSize) - 10);
		expect(inspect(copy).kind).toBe("sound");
		truncateSync(copy.wal, Math.min(size, 32 + wal.committedFrameCount * 4120) - 100);
		expect(inspect(copy).kind).toBe("sound");
	});
});

describe("[G6] the -wal", () => {
	it("[G6] is read as SQLite reads it", () => {
		const wal = inspectWal(live.wal);
		expect(wal).toMatchObject({ kind: "sound", pageSize: 4096, salts: readWalSalts(live.wal) });
		if (wal.kind !== "sound") return;
		expect(wal.committedFrameCount).toBeGreaterThan(5);
		const copy = copyOf(live);
		const database = new Database(copy.database);
		expect(database.pragma("wal_checkpoint(passive)")).toEqual([
			{ busy: 0, log: wal.committedFrameCount, checkpointed: wal.committedFrameCount },
		]);
		expect(database.pragma("page_count", { simple: true })).toBe(wal.databasePages);
		database.close();
	});

	it("[G6] big-endian checksums are understood too", () => {
		const copy = copyOf(live);
		const bytes = readFileSync(copy.wal).subarray(0, 32);
		bytes.writeUInt32BE(0x377f0683, 0);
		let [first, second] = [0, 0];
		for (let at = 0; at < 24; at += 8) {
			first = (first + bytes.readUInt32BE(at) + second) >>> 0;
			second = (second + bytes.readUInt32BE(at + 4) + first) >>> 0;
		}
		bytes.writeUInt32BE(first, 24);
		bytes.writeUInt32BE(second, 28);
		writeFileSync(copy.wal, bytes);
		expect(inspectWal(copy.wal)).toMatchObject({ kind: "sound", salts: readWalSalts(live.wal) });
	});

	it("[G6] any flipped bit of the header is damage", () => {
		fc.assert(
			fc.property(fc.nat(31), fc.nat(7), (offset, bit) => {
				// The lowest bit of the magic number names the byte order and changes the checksum, too.
				const copy = copyOf(live);
				flip(copy.wal, offset, bit);
				expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
				expect(readWalSalts(copy.wal)).toBeNull();
			}),
			{ numRuns: 40 },
		);
	});

	it("[G6] a flipped bit in a frame that was synced is damage", () => {
		const wal = inspectWal(live.wal);
		if (wal.kind !== "sound") throw new Error("the fixture has no -wal");
		const frameBytes = 24 + wal.pageSize;
		const bytes = readFileSync(live.wal);
		const commits: number[] = [];
		for (let frame = 0; frame < wal.committedFrameCount; frame++)
			if (bytes.readUInt32BE(32 + frame * frameBytes + 4) !== 0) commits.push(frame);
		// Two whole transactions after it make any kind of flip provable, also one of a stated
		// checksum.
		const covered = (commits.at(-3) ?? 0) + 1;
		expect(covered).toBeGreaterThan(3);
		fc.assert(
			fc.property(fc.nat(covered * frameBytes - 1), fc.nat(7), (offset, bit) => {
				const copy = copyOf(live);
				flip(copy.wal, 32 + offset, bit);
				expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
			}),
			{ numRuns: 60 },
		);
	});
});

describe("[B2] damage is told by its reason", () => {
	const spoil: Record<string, (paths: DatabasePaths) => void> = {
		"a header that was written over": (p) =>
			writeFileSync(p.database, Buffer.alloc(100, "x"), { flag: "r+" }),
		"a page size that cannot be": (p) => flip(p.database, 16, 2),
		"a text file in its place": (p) => writeFileSync(p.database, "Dear diary,\n".repeat(900)),
		"a file emptied beside a live -wal": (p) => truncateSync(p.database, 0),
		"a -wal of another database": (p) => copyFileSync(other.wal, p.wal),
		"a rollback journal of another database": (p) => writeFileSync(p.journal, "\xd9\xd5\x05\xf9"),
	};
	for (const [name, action] of Object.entries(spoil))
		it(`[B2] ${name}`, () => {
			const copy = copyOf(live);
			action(copy);
			const found = inspect(copy);
			expect(found.kind).toBe("corrupt");
			if (found.kind === "corrupt") expect(found.reason).toMatch(/^[T/].*\.$/);
		});

	it("[B2] a -wal beside a database that was shut down cleanly", () => {
		const copy = copyOf(closed);
		copyFileSync(other.wal, copy.wal);
		expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
	});

	it("[B2] a file cut off at any place that the -wal does not make good", () => {
		const { size } = statSync(closed.database);
		fc.assert(
			fc.property(fc.integer({ min: 1, max: size - 1 }), (bytes) => {
				const copy = copyOf(closed);
				truncateSync(copy.database, bytes);
				expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
			}),
			{ numRuns: 30 },
		);
	});

	it("[B2] emptied or a text file, also where there is no instance file", () => {
		const copy = copyOf(live);
		rmSync(copy.instance);
		truncateSync(copy.database, 0);
		expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
		writeFileSync(copy.database, "text");
		expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
		rmSync(copy.database);
		expect(inspect(copy)).toMatchObject({ kind: "corrupt" });
	});

	it("[B2] a deleted database is missing, not fresh", () => {
		for (const source of [live, closed]) {
			const copy = copyOf(source);
			rmSync(copy.database);
			expect(inspect(copy)).toMatchObject({ kind: "missing" });
			writeFileSync(copy.instance, "torn");
			expect(inspect(copy)).toMatchObject({ kind: "missing" });
		}
	});
});

describe("[G6] the recorded salts", () => {
	it("[G6] accept the reset after them, and no other", () => {
		const copy = copyOf(live);
		const reading = readInstance(copy.instance);
		const salts = readWalSalts(copy.wal);
		if (reading.kind !== "read" || salts === null) throw new Error("the fixture is not open");
		const kindWith = (first: number, second: number): string => {
			writeInstance(copy.instance, { ...reading.instance, walSalts: [first >>> 0, second >>> 0] });
			return inspect(copy).kind;
		};
		expect(kindWith(salts[0], salts[1])).toBe("sound");
		expect(kindWith(salts[0] - 1, salts[1] + 5)).toBe("sound");
		expect(kindWith(salts[0], salts[1] + 1)).toBe("corrupt");
		expect(kindWith(salts[0] - 2, salts[1])).toBe("corrupt");
		expect(kindWith(salts[0] + 1, salts[1])).toBe("corrupt");
	});

	it("[G6] each state of the instance file has its own demand on the -wal", () => {
		const reading = readInstance(live.instance);
		if (reading.kind !== "read") throw new Error("the fixture has no instance file");
		const kindWith = (state: "opening" | "closing" | "closed", hasWal: boolean): string => {
			const copy = copyOf(hasWal ? live : closed);
			writeInstance(copy.instance, { ...reading.instance, state });
			return inspect(copy).kind;
		};
		expect(kindWith("opening", true)).toBe("sound");
		expect(kindWith("opening", false)).toBe("sound");
		expect(kindWith("closing", true)).toBe("sound");
		expect(kindWith("closing", false)).toBe("sound");
		expect(kindWith("closed", true)).toBe("corrupt");
		expect(kindWith("closed", false)).toBe("sound");
	});
});

describe("[B4] not corruption: refused, every byte as before", () => {
	const makeForeign = (paths: DatabasePaths, applicationId: number): void => {
		const database = new Database(paths.database);
		database.pragma(`application_id = ${applicationId}`);
		database.exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
		database.close();
	};

	it("[M2] another program's database, with and without an instance file", () => {
		for (const id of [0, 0x1234_5678]) {
			const paths = pathsIn(temporaryDirectory());
			makeForeign(paths, id);
			expect(inspect(paths)).toMatchObject({ kind: "refused", code: "STORAGE_FOREIGN" });
			copyFileSync(closed.instance, paths.instance);
			expect(inspect(paths)).toMatchObject({ kind: "refused", code: "STORAGE_FOREIGN" });
		}
		expect(APPLICATION_ID).toBe(Buffer.from("SAVE").readUInt32BE());
	});

	it("[M2] another program's database put over ours, beside our live -wal", () => {
		const copy = copyOf(live);
		const paths = pathsIn(temporaryDirectory());
		makeForeign(paths, 0);
		copyFileSync(paths.database, copy.database);
		expect(inspect(copy)).toMatchObject({ kind: "refused", code: "STORAGE_FOREIGN" });
	});

	it("[M2] an instance file of a newer version", () => {
		const copy = copyOf(closed);
		writeFileSync(copy.instance, '{"application":"savepoint","formatVersion":2}');
		expect(inspect(copy)).toMatchObject({ kind: "refused", code: "STORAGE_NEWER_SCHEMA" });
	});

	it("[B4] a directory, a link to nothing", () => {
		const paths = pathsIn(temporaryDirectory());
		mkdirSync(paths.database);
		expect(inspect(paths)).toMatchObject({ kind: "refused", code: "STORAGE_NOT_A_FILE" });
		rmSync(paths.database, { recursive: true });
		symlinkSync("/nowhere/at/all", paths.database);
		expect(inspectDatabase(paths)).toMatchObject({ kind: "refused", code: "STORAGE_NOT_A_FILE" });
	});

	it.runIf(process.getuid?.() === 0)(
		"[B4] mode 000, read-only file, read-only directory, as a user who is not root",
		async () => {
			const seenAs = async (paths: DatabasePaths): Promise<unknown> =>
				JSON.parse(
					await runFixture("report-code.mjs", ["inspect", paths.database], { uid: NOBODY }).line(),
				);
			const { chmodSync, chownSync, readdirSync } = await import("node:fs");
			const copy = copyOf(live);
			chownSync(copy.directory, NOBODY, NOBODY);
			for (const name of readdirSync(copy.directory))
				chownSync(`${copy.directory}/${name}`, NOBODY, NOBODY);
			expect(await seenAs(copy)).toMatchObject({ kind: "sound" });
			chmodSync(copy.database, 0o000);
			expect(await seenAs(copy)).toMatchObject({ kind: "refused", code: "STORAGE_PERMISSION" });
			chmodSync(copy.database, 0o444);
			expect(await seenAs(copy)).toMatchObject({ kind: "refused", code: "STORAGE_READ_ONLY" });
			chmodSync(copy.database, 0o644);
			chmodSync(copy.directory, 0o555);
			expect(await seenAs(copy)).toMatchObject({ kind: "refused", code: "STORAGE_READ_ONLY" });
			chmodSync(copy.directory, 0o755);
			expect(await seenAs(copy)).toMatchObject({ kind: "sound" });
		},
	);
});
