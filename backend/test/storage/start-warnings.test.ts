import { describe, expect, it } from "vitest";
import { clockWarnings } from "#src/storage/start-warnings.js";

describe("[B6] the clock at the start", () => {
	it("[B6] behind the last time that was stored: named, with the remedy", () => {
		const [warning] = clockWarnings(1_000_000, 1_000_000 - 61_000);
		expect(warning).toMatch(/61 seconds behind .*set the clock/);
	});

	it("[B6] later, or a little behind: nothing to say", () => {
		expect(clockWarnings(1_000_000, 2_000_000)).toEqual([]);
		expect(clockWarnings(1_000_000, 1_000_000 - 60_000)).toEqual([]);
	});
});
