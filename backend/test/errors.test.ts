import { readFileSync } from "node:fs";
import { ERROR_CODES } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { ERRORS, SavepointError } from "#src/errors.js";

const page = readFileSync(new URL("../../docs/reference/errors.md", import.meta.url), "utf8");

describe("the error catalogue", () => {
	it("has one entry for each code of core, and no other", () => {
		expect(Object.keys(ERRORS).sort()).toEqual([...ERROR_CODES].sort());
		expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
	});

	it("is in the reference row by row, and the reference has nothing else", () => {
		const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)];
		const written = rows.map(([, code, rest]) => [code, ...(rest?.split(" | ") ?? [])]);
		const meant = Object.entries(ERRORS).map(([code, entry]) => [
			code,
			String(entry.httpStatus ?? "–"),
			String(entry.exitCode ?? "–"),
			entry.retryable ? "yes" : "no",
			entry.sentence,
		]);
		expect(written).toEqual(meant);
	});

	it("gives every code a way out: an HTTP status, an exit code or both", () => {
		for (const [code, entry] of Object.entries(ERRORS))
			expect(entry.httpStatus ?? entry.exitCode, code).not.toBeNull();
	});

	it("tells clients to retry exactly what answers with 408, 429 and 503", () => {
		for (const [code, { httpStatus, retryable }] of Object.entries(ERRORS))
			if (httpStatus !== null) expect(retryable, code).toBe([408, 429, 503].includes(httpStatus));
	});

	it("has sentences that people can read, and exit codes that a shell can", () => {
		for (const [code, { sentence, exitCode }] of Object.entries(ERRORS)) {
			expect(sentence, code).toMatch(/^[A-Z].{10,}/);
			// Wrong usage is 2 everywhere, Ctrl-C 130; the others keep clear of what shells and verbs
			// use.
			if (exitCode === null || code === "USAGE" || code === "INTERRUPTED") continue;
			expect(exitCode, code).toSatisfy((n: number) => n >= 64 && n <= 113);
		}
	});

	it("lends an error its sentence unless there is a better one", () => {
		expect(new SavepointError("BAD_JSON").message).toBe(ERRORS.BAD_JSON.sentence);
		const cause = new Error("why");
		const error = new SavepointError("STORAGE_IO", "The disk is gone.", { cause });
		expect(error).toMatchObject({ message: "The disk is gone.", cause, code: "STORAGE_IO" });
		expect(error.entry).toBe(ERRORS.STORAGE_IO);
	});
});
