// Goal: no acknowledged move is lost when the primary dies and a standby takes over. Method: three
// real PostgreSQLs, two servers, players with a ledger; the standbys are cut off before the kill,
// so that whatever was acknowledged without them is surely gone. Control: commits that do not wait
// for a standby.
import { describe, expect, test } from "vitest";
import { failOver } from "./failover/failover.js";

const options = { players: 12, seed: 5, aloneMs: 600 };

describe("failover", { timeout: 300_000 }, () => {
	test("[P21] what was acknowledged is there after a standby took over", async () => {
		const report = await failOver(options);
		expect(report).toMatchObject({ lost: 0, duplicated: 0, drift: 0, findings: [] });
		expect(report.unexpected).toEqual([]);
		expect(report.acknowledgedAfter).toBeGreaterThan(100);
	});

	test("[P21] negative control: with synchronous_commit = local it finds losses", async () => {
		const report = await failOver({ ...options, testFault: "synchronous-commit-local" });
		expect(report.lost).toBeGreaterThan(0);
	});
});
