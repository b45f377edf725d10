// Goal and method as in failover.test.ts, again and again at other moments: with the standbys cut
// off for a while, for an instant, and not before the kill.
import { describe, expect, test } from "vitest";
import { failOver } from "./failover/failover.js";

describe("failover, again and again", () => {
	test.each([0, 1, 20, 150, 600, 1_500, 4_000])(
		"[P21] nothing is lost when the standbys were cut off %i ms before the kill",
		async (aloneMs) => {
			const report = await failOver({ players: 40, seed: 100 + aloneMs, aloneMs });
			const { acknowledged, awayMs, lost, duplicated, drift } = report;
			console.log({ aloneMs, acknowledged, awayMs, lost, duplicated, drift });
			expect(report.findings).toEqual([]);
			expect(report.unexpected).toEqual([]);
		},
	);
});
