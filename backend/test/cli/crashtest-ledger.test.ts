import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentOf, type LedgerRecord } from "#src/cli/crashtest/ledger.js";
import { readLedger } from "#src/cli/crashtest/ledger-reader.js";
import { LedgerWriter } from "#src/cli/crashtest/ledger-writer.js";

let directory: string;
let path: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "ledger-"));
	path = join(directory, "ledger");
});
afterEach(() => rmSync(directory, { recursive: true }));

const content = contentOf({ type: "deposit", artifactId: "a" }, null);
const records: readonly LedgerRecord[] = [
	{ t: "session", s: "one", key: "k" },
	{ t: "move", s: "one", seq: 1, id: "m1", content },
	{ t: "move", s: "one", seq: 2, id: null, content },
	{ t: "unanswered", s: "one", type: "deposit" },
	{ t: "unanswered-create" },
	{ t: "result", s: "one", result: "won" },
];
const textOf = (list: readonly LedgerRecord[]) =>
	list.map((record) => `${JSON.stringify(record)}\n`).join("");

describe("the ledger", () => {
	test("what was synced is in the file, in order, and counted", async () => {
		const counts: number[] = [];
		const writer = await LedgerWriter.create(path, (count) => counts.push(count));
		for (const record of records) writer.append(record);
		await writer.synced();
		expect(readFileSync(path, "utf8")).toBe(textOf(records));
		expect(counts.at(-1)).toBe(4);
		await writer.close();
	});

	test("records that come while a sync is under way are waited for by who added them", async () => {
		const writer = await LedgerWriter.create(path, () => {});
		const waits = records.map((record) => {
			writer.append(record);
			return writer
				.synced()
				.then(() => readFileSync(path, "utf8").includes(JSON.stringify(record)));
		});
		expect(await Promise.all(waits)).toEqual(records.map(() => true));
		await writer.close();
	});

	test("a ledger that is there already is not written over", async () => {
		writeFileSync(path, textOf(records));
		await expect(LedgerWriter.create(path, () => {})).rejects.toThrow("EEXIST");
	});

	test("reads back as what each session must have", async () => {
		writeFileSync(path, textOf(records));
		const claims = await readLedger(path);
		expect(claims).toMatchObject({ acknowledged: 4, unansweredCreates: 1, isTorn: false });
		expect([...claims.sessionsByKey]).toEqual([["k", ["one"]]]);
		const session = claims.sessions.get("one");
		expect(session).toMatchObject({ line: 1, results: [{ line: 6, result: "won" }] });
		expect(session?.moves).toEqual([
			{ line: 2, seq: 1, id: "m1", content: JSON.stringify(content) },
			{ line: 3, seq: 2, id: null, content: JSON.stringify(content) },
		]);
		expect([...(session?.unkeyedSent ?? [])]).toEqual([["deposit", 2]]);
	});

	test("a torn last line is left out, wherever it was cut", async () => {
		const whole = textOf(records.slice(0, 2));
		const last = textOf(records.slice(2, 3));
		for (let cut = 1; cut < last.length; cut += 1) {
			writeFileSync(path, whole + last.slice(0, cut));
			expect(await readLedger(path)).toMatchObject({ acknowledged: 2, isTorn: true });
		}
	});

	test("a line in the middle that does not read is named: the ledger is worthless", async () => {
		const [first, ...others] = records;
		writeFileSync(path, `${textOf(first ? [first] : [])}{"t":"mo\n${textOf(others)}`);
		await expect(readLedger(path)).rejects.toThrow("Line 2 of the ledger");
	});
});
