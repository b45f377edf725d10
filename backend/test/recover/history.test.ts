// Goal: damage that reads like another history is found to be damage, and no start fails for ever.
// Method: the record of the migrations is spoilt in ways that SQLite reads without complaint, or
// the text of the schema so that only a writing connection stumbles; each time the server must come
// up with everything that was stored.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { swapPages } from "./damages.js";
import { exercise } from "./exercise.js";
import { copyGround, DATABASE, type Ground, makeGrounds } from "./ground.js";
import { judge } from "./judge.js";

let grounds: Ground[] = [];
beforeAll(async () => {
	grounds = await makeGrounds(6);
}, 120_000);
afterAll(() => {
	for (const { directory } of grounds) rmSync(directory, { recursive: true, force: true });
});

/** What came back after `spoil`, held against what was stored. */
async function verdictAfter(spoil: (database: string) => void) {
	const stopped = grounds.find(({ name }) => name === "stopped") as Ground;
	const directory = copyGround(stopped, false);
	try {
		const database = join(directory, DATABASE);
		spoil(database);
		const { found, told, noticedBy } = await exercise(directory, stopped.truth);
		const { sessions, silent, forged } = judge(stopped.truth, found, told);
		return { noticedBy, lost: sessions.all - sessions.whole, silent, forged };
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}
const UNHARMED = { noticedBy: "start", lost: 0, silent: [], forged: [] };

/** One byte of a text, wherever it stands: a page may hold an older copy, too. */
function overwrite(database: string, text: string, offset: number, byte: number): void {
	const bytes = readFileSync(database);
	const first = bytes.indexOf(text);
	expect(first).toBeGreaterThan(0);
	for (let at = first; at >= 0; at = bytes.indexOf(text, at + 1))
		bytes.writeUInt8(byte, at + offset);
	writeFileSync(database, bytes);
}

const change =
	(sql: string) =>
	(database: string): void => {
		const connection = new Database(database);
		connection.exec(sql);
		connection.close();
	};

describe("a history that was damaged", { timeout: 60_000 }, () => {
	it("[B3] its page in the place of another's: not a first start", async () => {
		const spoil = (database: string) => swapPages(database, "schema_migrations", "notices");
		expect(await verdictAfter(spoil)).toEqual(UNHARMED);
	});

	it("[B3] one character of a checksum: not another release", async () => {
		const next = "case when substr(checksum, 9, 1) = '0' then '1' else '0' end";
		const rotten = `substr(checksum, 1, 8) || ${next} || substr(checksum, 10)`;
		const spoil = change(`update schema_migrations set checksum = ${rotten} where version = 2`);
		expect(await verdictAfter(spoil)).toEqual(UNHARMED);
	});

	it("[B3] a version that is one of ours under another number: not a newer release", async () => {
		const spoil = change("update schema_migrations set version = version + 64 where version = 50");
		expect(await verdictAfter(spoil)).toEqual(UNHARMED);
	});

	it("[B3] the schema's text, which only a writing connection reads closely", async () => {
		const spoil = (database: string) => overwrite(database, "((result is null)", 12, 0xee);
		expect(await verdictAfter(spoil)).toEqual(UNHARMED);
	});
});
