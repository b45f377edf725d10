// Goal: an export is everything, and an import is that or nothing. Method: a database with rows of
// every kind goes out as a file and into the other engine and back; then the file is cut and
// changed in every kind of place, and must be refused and leave an empty storage.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportStorage, importStorage } from "#src/operations/export.js";
import type { StorageConfig } from "#src/storage/config.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { noop, POSTGRES, SQLITE, sqliteConfig } from "../../support/drivers.js";
import { testDirectory } from "../../support/storage.js";
import type { StoredGames } from "../../support/stored-games.js";
import { emptyPostgres, emptySqlite, placeOf, SEEDED, STORED, storeEverything } from "./ground.js";

const PATIENCE_MS = 120_000;

let games: StoredGames;
let directory: Awaited<ReturnType<typeof testDirectory>>;
let file: string;
let number = 0;
beforeAll(async () => {
	games = await storeEverything();
	directory = await testDirectory();
	file = await exportTo(sqliteConfig(games.database));
}, PATIENCE_MS);
afterAll(async () => {
	await games.remove();
	await directory.remove();
});

const quiet = () => ({ signal: new AbortController().signal, tell: noop });
async function exportTo(storage: StorageConfig): Promise<string> {
	number += 1;
	const to = join(directory.path, `${number}.ndjson`);
	await exportStorage({ storage, to, ...quiet() });
	return to;
}
const importFrom = (from: string, storage: StorageConfig) =>
	importStorage({ storage, from, ...quiet() });
const trailerOf = (path: string) => JSON.parse(linesOf(path).at(-1) ?? "");
const linesOf = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");

describe("an export", { timeout: PATIENCE_MS }, () => {
	it("[L5] begins with what it is and ends with what is in it", async () => {
		const [header = "", ...rest] = linesOf(file);
		expect(JSON.parse(header)).toMatchObject({
			format: "savepoint-export",
			version: 1,
			generation: 1,
		});
		const found = await examine(games.database);
		expect(trailerOf(file)).toMatchObject({
			end: true,
			lines: rest.length,
			sessions: SEEDED + STORED,
			moves: found.sessions.moves,
		});
		expect(readFileSync(file, "utf8")).not.toContain("token_hash");
	});

	it("[L5] is the same on every engine, and doctor verifies what was imported", async () => {
		const there = await emptyPostgres();
		expect(await importFrom(file, there)).toMatchObject({
			sessions: SEEDED + STORED,
			generation: 2,
		});
		const back = emptySqlite();
		expect(await importFrom(await exportTo(there), back)).toMatchObject({ generation: 3 });
		const before = await examine(games.database);
		const after = await examine(placeOf(back));
		expect(after.counters).toEqual(before.counters);
		expect(after.sessions).toEqual(before.sessions);
		const sessions = (path: string) =>
			linesOf(path).filter((line) => line.startsWith('{"session"'));
		expect(sessions(await exportTo(back))).toEqual(sessions(file));
		// It is a storage of its own, which a server opens.
		const storage = await SQLITE.openStorage(placeOf(back));
		expect(storage.generation).toBe(3);
		await storage.commits.drain();
		await storage.close();
	});
});

describe("an import", { timeout: PATIENCE_MS }, () => {
	const spoiled: [what: string, spoil: (lines: string[]) => string[], sentence: string][] = [
		["without its end", (lines) => lines.slice(0, -1), "it has no end"],
		["with a line less", (lines) => [...lines.slice(0, 5), ...lines.slice(6)], "lines, and says"],
		[
			"with a changed byte",
			(lines) =>
				lines.map((line, at) =>
					at === 9 ? line.replace(/\d(?=\]\]\}\}$)/, "9").replace('"session"', '"session" ') : line,
				),
			"were changed",
		],
		[
			"cut off within a line",
			(lines) => [...lines.slice(0, 5), lines[5]?.slice(0, 40) ?? ""],
			"does not read",
		],
		["that goes on after its end", (lines) => [...lines, lines[1] ?? ""], "after its end"],
		["of another program", () => ['{"a":1}'], "not an export's header"],
		[
			"of a later version",
			(lines) => [lines[0]?.replace('"version":1', '"version":2') ?? "", ...lines.slice(1)],
			"this program reads 1",
		],
		["with nothing in it", () => [], "does not read"],
	];
	it.each(spoiled)(
		"[L5] of a file %s is refused and leaves nothing",
		async (_what, spoil, sentence) => {
			const path = join(directory.path, "spoiled.ndjson");
			writeFileSync(path, `${spoil(linesOf(file)).join("\n")}\n`);
			const to = await emptyPostgres();
			await expect(importFrom(path, to)).rejects.toMatchObject({
				code: "IMPORT_INVALID",
				message: expect.stringContaining(sentence),
			});
			expect(await POSTGRES.look(placeOf(to), "select * from sessions")).toEqual([]);
			expect(await POSTGRES.look(placeOf(to), "select * from service")).toEqual([]);
			// The whole file still goes in.
			expect(await importFrom(file, to)).toMatchObject({ sessions: SEEDED + STORED });
		},
	);

	it("[L5] into a storage with data of its own is refused", async () => {
		await expect(importFrom(file, sqliteConfig(games.database))).rejects.toMatchObject({
			code: "MOVE_REFUSED",
		});
	});
});
