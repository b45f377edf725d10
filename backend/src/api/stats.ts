import { SessionStats, SystemStats } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "./context.js";
import { readErrors } from "./documented.js";

/** Counters of the whole service; they change in the transaction that changes the sessions. */
export function registerStats(
	app: FastifyInstance,
	{ authority, clock, startedAtMs, version }: ApiContext,
): void {
	app.get("/api/sessions/stats", {
		schema: {
			tags: ["stats"],
			summary: "How many sessions there are and how they ended",
			response: { 200: SessionStats, ...readErrors() },
		},
		async handler(): Promise<SessionStats> {
			// The day's starts are of `/api/system/stats`.
			const { sessionsToday: _, ...stats } = await authority.counts();
			return stats;
		},
	});

	app.get("/api/system/stats", {
		schema: {
			tags: ["stats"],
			summary: "The server at a glance",
			description: "`sessionsToday` counts starts since midnight of the server's own time zone.",
			response: { 200: SystemStats, ...readErrors() },
		},
		async handler(): Promise<SystemStats> {
			const counts = await authority.counts();
			return {
				startedAt: new Date(startedAtMs).toISOString(),
				uptimeSeconds: (clock.now() - startedAtMs) / 1000,
				sessionsStarted: counts.startedCount,
				sessionsActive: counts.activeCount,
				sessionsEnded: counts.endedCount,
				sessionsToday: counts.sessionsToday,
				latestActivityAt: counts.latestActivityAt,
				serverVersion: version,
			};
		},
	});
}
