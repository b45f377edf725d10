import { describe, expect, it } from "vitest";
import { type ContractCaller, seen } from "./contract-caller.js";

/** Statistics, health and notices, as the contract has it. */
export function serviceContract(caller: () => ContractCaller): void {
	describe("stats, health and notices", () => {
		it("count sessions, and the sums agree", async () => {
			await caller().start();
			await caller().post(`${await caller().start()}/end`, { result: "lost" });
			const stats = (await caller().get("/api/sessions/stats")).json<Record<string, number>>();
			expect(Object.keys(stats).sort()).toEqual([
				"abandonedCount",
				"activeCount",
				"endedCount",
				"latestActivityAt",
				"latestCompletedAt",
				"lostCount",
				"staleEndedCount",
				"startedCount",
				"wonCount",
			]);
			const { activeCount = 0, endedCount = 0, wonCount = 0, lostCount = 0 } = stats;
			expect(stats["startedCount"]).toBe(activeCount + endedCount);
			expect(endedCount).toBe(wonCount + lostCount + (stats["abandonedCount"] ?? 0));
			expect(lostCount).toBeGreaterThan(0);
			expect((await caller().get("/api/system/stats")).json()).toEqual({
				startedAt: expect.stringMatching(/Z$/),
				uptimeSeconds: expect.any(Number),
				sessionsStarted: stats["startedCount"],
				sessionsActive: activeCount,
				sessionsEnded: endedCount,
				sessionsToday: expect.any(Number),
				latestActivityAt: expect.stringMatching(/Z$/),
				serverVersion: expect.any(String),
			});
		});

		it("is well, and alive", async () => {
			const health = await caller().get("/health");
			expect(health.statusCode).toBe(200);
			expect(health.json()).toMatchObject({ status: "ok", version: expect.any(String) });
			expect((await caller().get("/health/live")).json()).toEqual({ status: "ok" });
		});

		it("has no notices yet", async () => {
			expect(seen(await caller().get("/api/notices/active"))).toEqual({
				statusCode: 200,
				body: { notices: [] },
			});
		});
	});
}
