// Goal: no acknowledged move is lost when the primary dies and a standby takes over. Method: three
// real PostgreSQLs, two servers, players with a ledger; the standbys are cut off before the kill,
// for a while, for an instant or not at all, so that whatever was acknowledged without them is
// surely gone. Control: commits that do not wait for a standby.
import { describe, expect, test } from "vitest";
import { failOver } from "./failover/failover.js";

describe("failover", () => {
	test("[P21] negative control: with synchronous_commit = local it finds losses", async () => {
		const fault = "synchronous-commit-local";
		const report = await failOver({ players: 12, seed: 5, aloneMs: 600, testFault: fault });
		expect(report.lost).toBeGreaterThan(0);
	});

	test.each([0, 1, 20, 150, 600, 1_500, 4_000])(
		"[P21] nothing is lost when the standbys were cut off %i ms before the kill",
		async (aloneMs) => {
			const report = await failOver({ players: 12, seed: 100 + aloneMs, aloneMs });
			const { acknowledged, acknowledgedAfter, awayMs, lost, duplicated, drift } = report;
			console.log({ aloneMs, acknowledged, awayMs, lost, duplicated, drift });
			expect(report.findings).toEqual([]);
			expect(report.unexpected).toEqual([]);
			expect(acknowledgedAfter).toBeGreaterThan(100);
		},
	);
});
