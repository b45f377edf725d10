import {
	existsSync,
	mkdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { keepReserve, releaseReserve } from "#src/storage/sqlite-reserve-file.js";
import { pathsIn } from "./fixtures/databases.js";
import { temporaryDirectory } from "./fixtures/files.js";

const BYTES = 1024 * 1024;
const place = () => pathsIn(temporaryDirectory());

describe("[F3] the reserve", () => {
	it("[F3] is really allocated, kept as it is, and given back", () => {
		const paths = place();
		expect(keepReserve(paths, BYTES)).toBe(true);
		const stats = statSync(paths.reserve);
		expect(stats.size).toBe(BYTES);
		expect(stats.blocks * 512).toBeGreaterThanOrEqual(BYTES);
		const before = readFileSync(paths.reserve);
		expect(keepReserve(paths, BYTES)).toBe(true);
		expect(readFileSync(paths.reserve).equals(before)).toBe(true);
		expect(releaseReserve(paths)).toBe(true);
		expect(releaseReserve(paths)).toBe(false);
	});

	it("[F3] a reserve that is sparse, short or of another size is made anew", () => {
		const paths = place();
		writeFileSync(paths.reserve, "");
		truncateSync(paths.reserve, BYTES);
		expect(statSync(paths.reserve).blocks * 512).toBeLessThan(BYTES);
		expect(keepReserve(paths, BYTES)).toBe(true);
		expect(statSync(paths.reserve).blocks * 512).toBeGreaterThanOrEqual(BYTES);
		expect(keepReserve(paths, 100_000)).toBe(true);
		expect(statSync(paths.reserve).size).toBe(100_000);
	});

	it("[F3] where it cannot be made there is none, and nothing fails", () => {
		const paths = pathsIn(`${temporaryDirectory()}/missing`);
		expect(keepReserve(paths, BYTES)).toBe(false);
		expect(releaseReserve(paths)).toBe(false);
		const taken = place();
		mkdirSync(taken.reserve);
		expect(keepReserve(taken, BYTES)).toBe(false);
		expect(existsSync(taken.reserve)).toBe(true);
	});
});
