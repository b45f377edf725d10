import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeDirectory } from "#src/cli/crashtest/directory.js";

let path: string;
beforeEach(() => {
	path = mkdtempSync(join(tmpdir(), "crash-directory-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const write = (name: string, text = "x") => writeFileSync(join(path, name), text);
const marker = (state: string, pid: number) =>
	write("crashtest.json", JSON.stringify({ application: "savepoint crashtest", state, pid }));
/** Above what any system gives to a process. */
const NO_PROCESS = 2 ** 30;

describe("the directory of a crash test", () => {
	test("a new one is made, and left empty after a test that passed", () => {
		const deep = join(path, "a", "b");
		const directory = takeDirectory(deep);
		writeFileSync(directory.database, "x");
		writeFileSync(`${directory.database}-wal`, "x");
		writeFileSync(directory.ledger, "x");
		directory.close(true);
		directory.remove();
		expect(readdirSync(deep)).toEqual([]);
	});

	test("other files stay", () => {
		write("notes.txt");
		mkdirSync(join(path, "lost+found"));
		takeDirectory(path).remove();
		expect(readdirSync(path).sort()).toEqual(["lost+found", "notes.txt"]);
	});

	test.each(["savepoint.sqlite", "crashtest.sqlite", "other.sqlite3"])(
		"[B4] a database that crashtest did not make is refused and untouched: %s",
		(name) => {
			write(name, "precious");
			expect(() => takeDirectory(path)).toThrow(
				expect.objectContaining({ code: "STORAGE_FOREIGN" }),
			);
			expect(readdirSync(path)).toEqual([name]);
			expect(readFileSync(join(path, name), "utf8")).toBe("precious");
		},
	);

	test("[B4] a stranger beside our own files is refused, too", () => {
		marker("passed", NO_PROCESS);
		write("savepoint.sqlite", "precious");
		expect(() => takeDirectory(path)).toThrow(expect.objectContaining({ code: "STORAGE_FOREIGN" }));
	});

	test("the evidence of a failed test is not written over", () => {
		const first = takeDirectory(path);
		writeFileSync(first.ledger, "evidence");
		first.close(false);
		expect(() => takeDirectory(path)).toThrow("failed");
		expect(readFileSync(first.ledger, "utf8")).toBe("evidence");
	});

	test("what a passed or an interrupted test left is cleared away", () => {
		for (const state of ["passed", "running"]) {
			marker(state, NO_PROCESS);
			write("crashtest.sqlite");
			write("crashtest.sqlite-wal");
			write("crashtest.ledger");
			takeDirectory(path);
			expect(readdirSync(path)).toEqual(["crashtest.json"]);
		}
	});

	test("[G5] a directory in which another test is going on is refused", () => {
		marker("running", process.ppid);
		write("crashtest.sqlite");
		expect(() => takeDirectory(path)).toThrow(expect.objectContaining({ code: "STORAGE_LOCKED" }));
		expect(readdirSync(path)).toContain("crashtest.sqlite");
	});

	test("without a name one is made, and removed whole", () => {
		const directory = takeDirectory(null);
		expect(readdirSync(directory.path)).toEqual(["crashtest.json"]);
		directory.remove();
		expect(() => readdirSync(directory.path)).toThrow("ENOENT");
	});
});
