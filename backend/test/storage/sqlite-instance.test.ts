import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InstanceFile, readInstance, writeInstance } from "#src/storage/sqlite-instance.js";
import { temporaryDirectory } from "./fixtures/files.js";

const instance: InstanceFile = {
	application: "savepoint",
	formatVersion: 1,
	instanceId: "3f6c",
	createdAt: "2026-01-02T03:04:05.000Z",
	state: "open",
	walSalts: [0xffff_ffff, 0],
};
const place = (): string => join(temporaryDirectory(), "db.instance");

describe("[G6] the instance file", () => {
	it("[G6] reads back what was written, in every state", () => {
		const path = place();
		for (const state of ["creating", "opening", "open", "closing", "closed"] as const) {
			writeInstance(path, { ...instance, state });
			expect(readInstance(path)).toEqual({ kind: "read", instance: { ...instance, state } });
		}
		expect(existsSync(`${path}.tmp`)).toBe(false);
	});

	it("[G6] tells absent from unreadable", () => {
		const path = place();
		expect(readInstance(path)).toEqual({ kind: "absent" });
		writeFileSync(path, "");
		expect(readInstance(path).kind).toBe("unreadable");
	});

	it("[G6] a file torn anywhere is unreadable and never fails the start", () => {
		const path = place();
		writeInstance(path, instance);
		const whole = JSON.stringify(instance, null, "\t").length;
		for (let length = 0; length < whole; length += 7) {
			writeInstance(path, instance);
			truncateSync(path, length);
			expect(readInstance(path).kind).toBe("unreadable");
		}
	});

	it("[G6] any other content is unreadable with a reason", () => {
		const path = place();
		const wrong: Record<string, unknown>[] = [
			{ application: "other" },
			{ formatVersion: "1" },
			{ instanceId: 7 },
			{ createdAt: "yesterday" },
			{ state: "ajar" },
			{ walSalts: [1] },
			{ walSalts: [1, 2 ** 32] },
			{ walSalts: [1.5, 2] },
			{ walSalts: null },
		];
		for (const change of wrong) {
			writeFileSync(path, JSON.stringify({ ...instance, ...change }));
			const reading = readInstance(path);
			expect(reading.kind).toBe("unreadable");
			if (reading.kind === "unreadable") expect(reading.reason).not.toBe("");
		}
		fc.assert(
			fc.property(fc.jsonValue(), (value) => {
				writeFileSync(path, JSON.stringify(value));
				return readInstance(path).kind === "unreadable";
			}),
			{ numRuns: 50 },
		);
	});

	it("[M2] a later format is told apart from damage", () => {
		const path = place();
		writeFileSync(path, JSON.stringify({ ...instance, formatVersion: 2, state: "new" }));
		expect(readInstance(path)).toEqual({ kind: "newer", formatVersion: 2 });
	});
});
