import { describe, expect, it } from "vitest";
import { durationText } from "../src/console/words.js";

describe("a duration in the console", () => {
	it.each([
		[4.2, "4.20 ms"],
		[717, "717 ms"],
		[12_000, "12 s"],
		[174_344, "2 min 54 s"],
		[3_600_000, "1 h"],
		[6_006_083, "1 h 40 min"],
		[183_600_000, "2 d 3 h"],
	])("of %d ms is %s", (ms, text) => {
		expect(durationText(ms)).toBe(text);
	});
});
