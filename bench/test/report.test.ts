// Goal: the table says what was measured, and nothing else. Method: figures with known rounds.
import { describe, expect, it } from "vitest";
import { type Figure, formatNumber, verdictOf } from "../dist/report/figure.js";
import { median, percentile, ratios } from "../dist/report/statistics.js";
import { formatFigures, formatRows } from "../dist/report/table.js";

const figure = (rounds: readonly number[], better: Figure["better"] = "more"): Figure => ({
	name: "calls/s",
	unit: "",
	must: 5,
	aim: 10,
	better,
	rounds,
	note: "",
});

describe("statistics", () => {
	it("take the middle value and the tail, whatever the order", () => {
		expect(median([9, 1, 5])).toBe(5);
		expect(percentile([3, 1, 2, 4], 99)).toBe(4);
		expect(median([])).toBe(0);
	});

	it("compare round with round, so a slow round is slow on both sides", () => {
		expect(ratios([10, 1], [5, 0.5], (value) => value)).toEqual([2, 2]);
		expect(ratios([10, 1], [5], (value) => value)).toEqual([2]);
	});
});

describe("a figure", () => {
	it.each([
		[[4], "more", "FALLS SHORT"],
		[[5], "more", "passes"],
		[[10], "more", "reaches the aim"],
		[[11], "less", "FALLS SHORT"],
		[[], "more", "not measured"],
	] as const)("of %j, where %s is better, %s", (rounds, better, verdict) => {
		const turned = better === "less" ? { must: 10, aim: 5 } : {};
		expect(verdictOf({ ...figure(rounds, better), ...turned })).toBe(verdict);
	});

	it("is shown with its median, its verdict and its note", () => {
		expect(
			formatFigures([{ ...figure([7, 6, 8]), note: "busy" }])
				.split("\n")
				.at(-1),
		).toBe("| calls/s | 5 | 10 | 7.00 | passes; busy |");
	});

	it("that was not measured shows no number", () => {
		expect(formatFigures([figure([])])).toContain("| – | not measured |");
	});
});

describe("a table", () => {
	it("keeps a cell in its column", () => {
		expect(formatRows(["a"], [["x|y\nz"]])).toBe("| a |\n| --- |\n| x\\|y z |");
	});

	it("shows no more digits than mean something", () => {
		expect([0.123, 12.34, 123.4, 1234567].map(formatNumber)).toEqual([
			"0.12",
			"12.3",
			"123",
			"1,234,567",
		]);
	});
});
