import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DatabasePaths } from "#src/storage/sqlite-paths.js";
import {
	clearMarker,
	quarantineDatabase,
	readMarker,
	writeMarker,
} from "#src/storage/sqlite-quarantine.js";
import { forgetNotice, keepNotice, readNotice } from "#src/storage/sqlite-recovery-notice.js";
import { pathsIn } from "./fixtures/databases.js";
import { codeOf, runFixture, temporaryDirectory } from "./fixtures/files.js";

const NOW = new Date("2026-01-02T03:04:05.678Z");
const NAMES = ["db.sqlite", "db.sqlite-shm", "db.sqlite-wal", "db.sqlite.instance"];

const makeFiles = (names: readonly string[] = NAMES): DatabasePaths => {
	const paths = pathsIn(temporaryDirectory());
	for (const name of names) writeFileSync(join(paths.directory, name), `content of ${name}`);
	return paths;
};

/** Every moved file of any quarantine, by name, with its content. */
const movedFiles = (paths: DatabasePaths): Record<string, string> => {
	const found: Record<string, string> = {};
	for (const run of readdirSync(paths.quarantineDirectory))
		for (const name of readdirSync(join(paths.quarantineDirectory, run)))
			found[name] = readFileSync(join(paths.quarantineDirectory, run, name), "utf8");
	return found;
};
const whole = Object.fromEntries(NAMES.map((name) => [name, `content of ${name}`]));

describe("[B2] quarantine", () => {
	it("[B2] moves all files of the database together, unchanged, and says so", () => {
		const paths = makeFiles();
		writeFileSync(paths.lock, "");
		const report = quarantineDatabase(paths, "Page 7 is damaged.", NOW);
		const directory = report.directory ?? "";
		expect(report).toMatchObject({ at: NOW.toISOString(), reason: "Page 7 is damaged." });
		expect(basename(directory)).toBe("2026-01-02T03-04-05-678Z");
		expect(movedFiles(paths)).toEqual(whole);
		// The marker stays until another database has taken the place.
		expect(readMarker(paths)).toMatchObject({ step: "moved", quarantine: directory });
		expect(readdirSync(paths.directory).sort()).toEqual([
			"db.sqlite.corrupt",
			"db.sqlite.lock",
			"quarantine",
		]);
	});

	it("[B2] two at the same time of day get directories of their own", () => {
		const paths = makeFiles();
		quarantineDatabase(paths, "First.", NOW);
		clearMarker(paths);
		writeFileSync(paths.database, "second");
		const second = quarantineDatabase(paths, "Second.", NOW);
		expect(readdirSync(paths.quarantineDirectory)).toHaveLength(2);
		expect(readFileSync(join(second.directory ?? "", "db.sqlite"), "utf8")).toBe("second");
	});

	it("[B2] a kill after any number of moves is finished by the next start", () => {
		const order = ["db.sqlite-wal", "db.sqlite-shm", "db.sqlite.instance", "db.sqlite"];
		for (let moved = 0; moved <= order.length; moved++) {
			const paths = makeFiles(order.slice(moved));
			const begun = join(paths.quarantineDirectory, "begun");
			mkdirSync(begun, { recursive: true });
			for (const name of order.slice(0, moved))
				writeFileSync(join(begun, name), `content of ${name}`);
			const marker = { reason: "Damaged.", at: NOW.toISOString(), quarantine: begun };
			writeFileSync(paths.marker, JSON.stringify(marker));
			const report = quarantineDatabase(paths, readMarker(paths)?.reason ?? "", new Date());
			expect(report.directory).toBe(begun);
			expect(movedFiles(paths)).toEqual(whole);
			expect(readMarker(paths)?.step).toBe("moved");
		}
	});

	it("[B2] whatever the moment of a kill -9, the next start finishes it", async () => {
		for (let wait = 0; wait < 8; wait++) {
			const paths = makeFiles();
			const child = runFixture("quarantine.mjs", [paths.database]);
			await child.line();
			child.process.stdin?.write("go\n");
			await new Promise((resolve) => setTimeout(resolve, wait));
			await child.kill();
			// Begun, done, or killed before the first byte: the marker or the files tell.
			if (readMarker(paths) !== null || existsSync(paths.database))
				quarantineDatabase(paths, "Damaged.", new Date());
			expect(movedFiles(paths)).toEqual(whole);
			expect(readMarker(paths)?.step).toBe("moved");
		}
	});

	it("[B2] a file that came back meanwhile never overwrites the one that was moved", () => {
		const paths = makeFiles();
		const begun = join(paths.quarantineDirectory, "begun");
		mkdirSync(begun, { recursive: true });
		writeFileSync(join(begun, "db.sqlite-wal"), "moved before");
		writeFileSync(paths.marker, JSON.stringify({ reason: "x", at: "y", quarantine: begun }));
		quarantineDatabase(paths, "x", NOW);
		expect(movedFiles(paths)).toMatchObject({
			"db.sqlite-wal": "moved before",
			"db.sqlite-wal.2": "content of db.sqlite-wal",
		});
	});

	it("[B2] where it cannot move, the marker stays and says why", () => {
		const paths = makeFiles();
		writeFileSync(paths.quarantineDirectory, "a file in the way");
		expect(codeOf(() => quarantineDatabase(paths, "Damaged.", NOW))).toBe("STORAGE_NOT_A_FILE");
		expect(readMarker(paths)?.reason).toBe("Damaged.");
		rmSync(paths.quarantineDirectory);
		quarantineDatabase(paths, "Damaged.", NOW);
		expect(movedFiles(paths)).toEqual(whole);
	});
});

describe("[B2] the notice of a recovery", () => {
	it("[B2] is kept once, and goes when it was told", () => {
		const paths = makeFiles();
		expect(readNotice(paths)).toBeNull();
		const report = {
			at: "now",
			reason: "Damaged.",
			quarantine: null,
			outcome: "Back.",
			tally: null,
		};
		keepNotice(paths, report);
		expect(readNotice(paths)).toEqual(report);
		forgetNotice(paths);
		forgetNotice(paths);
		expect(readNotice(paths)).toBeNull();
	});

	it("[B2] is told whatever it holds", () => {
		const paths = makeFiles();
		for (const text of ["", "{", "null", '{"reason":7}']) {
			writeFileSync(paths.notice, text);
			expect(readNotice(paths)).toMatchObject({ reason: expect.stringMatching(/recovered/) });
		}
	});
});

describe("[B3] the marker", () => {
	it("[B3] is read by the next start, and the first reason stays", () => {
		const paths = makeFiles();
		expect(readMarker(paths)).toBeNull();
		writeMarker(paths, "Page 7 is damaged.", NOW);
		writeMarker(paths, "Something later.");
		const marker = { reason: "Page 7 is damaged.", at: NOW.toISOString(), quarantine: null };
		expect(readMarker(paths)).toEqual({ ...marker, step: "found" });
		clearMarker(paths);
		clearMarker(paths);
		expect(readMarker(paths)).toBeNull();
	});

	it("[B3] any content counts as a marker", () => {
		const paths = makeFiles();
		for (const text of ["", "{", "[1]", "null", '{"reason":7}']) {
			writeFileSync(paths.marker, text);
			expect(readMarker(paths)?.reason).toMatch(/marked as damaged/);
		}
	});
});

describe("[B2] a deleted database", () => {
	it("[B2] what was left beside it is moved away, so that no old -wal is applied", () => {
		const paths = makeFiles(NAMES.slice(1));
		const report = quarantineDatabase(paths, "It is gone.", NOW);
		const { "db.sqlite": _, ...rest } = whole;
		expect(movedFiles(paths)).toEqual(rest);
		expect(report.directory).not.toBeNull();
	});

	it("[B2] with nothing left there is no directory", () => {
		const paths = makeFiles([]);
		expect(quarantineDatabase(paths, "It is gone.", NOW)).toMatchObject({ directory: null });
		expect(existsSync(paths.quarantineDirectory)).toBe(false);
	});
});
