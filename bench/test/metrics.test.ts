// Goal: a soak reads its p99 from `/metrics`. Method: the text of a histogram at two moments.
import { describe, expect, it } from "vitest";
import { bucketsOf, parseMetrics, quantileBetween } from "../dist/soak/prometheus-text.js";

const text = (small: number, all: number) => `# HELP sync_seconds How long a sync took.
# TYPE sync_seconds histogram
sync_seconds_bucket{le="0.001"} ${small}
sync_seconds_bucket{le="0.01",app="a\\"b"} ${all}
sync_seconds_bucket{le="+Inf"} ${all}
sync_seconds_sum 1.5e-3
`;
const buckets = (small: number, all: number) =>
	bucketsOf(parseMetrics(text(small, all)), "sync_seconds");

describe("metrics", () => {
	it("are read with their labels", () => {
		expect(parseMetrics(text(1, 2))).toContainEqual({
			name: "sync_seconds_bucket",
			labels: { le: "0.01", app: 'a\\"b' },
			value: 2,
		});
		expect(parseMetrics("nonsense\nx NaN\n")).toEqual([]);
	});

	it("tell the p99 of what came in between two looks", () => {
		expect(quantileBetween(buckets(100, 100), buckets(200, 200), 0.99)).toBe(0.001);
		expect(quantileBetween(buckets(100, 100), buckets(100, 200), 0.99)).toBe(0.01);
		expect(quantileBetween(buckets(1, 2), buckets(1, 2), 0.99)).toBeNull();
	});
});
