import type { Overview } from "@savepoint/core";
import type { Authority } from "../game/answers.js";
import type { DiskUse } from "../storage/disk-use.js";
import type { StorageReport } from "../storage/ports.js";

export interface OverviewDeps {
	readonly authority: Pick<Authority, "counts" | "health">;
	readonly report: () => StorageReport;
	readonly commits: () => CommitFigures;
	readonly diskUse: () => Promise<DiskUse>;
	readonly downtimeMs: () => number;
	readonly now: () => number;
	readonly startedAtMs: number;
	readonly version: string;
}

/** What the commit queue counts; see `CommitGauges`. */
export interface CommitFigures {
	readonly batches: number;
	readonly writes: number;
	readonly largestBatch: number;
	readonly commitMsTotal: number;
	readonly commitMsMax: number;
	readonly queueDepth: number;
}

/** The service at this moment, for the console's first page. */
export async function readOverview(deps: OverviewDeps): Promise<Overview> {
	const [{ sessionsToday, ...stats }, disk] = await Promise.all([
		deps.authority.counts(),
		deps.diskUse(),
	]);
	const { engine, location, warnings, recovery, gauges } = deps.report();
	const { batches, commitMsTotal, ...commits } = deps.commits();
	const health = deps.authority.health();
	return {
		at: new Date(deps.now()).toISOString(),
		serverVersion: deps.version,
		startedAt: new Date(deps.startedAtMs).toISOString(),
		stats,
		sessionsToday,
		health:
			health.status === "ok"
				? { status: "ok", code: null, reason: null }
				: { status: "unavailable", code: health.code, reason: health.reason },
		storage: {
			engine,
			location,
			warnings: [...warnings],
			recovery: recovery === null ? null : { ...recovery },
			...disk,
			walBytes: gauges.walBytes,
			tailRows: gauges.tailRows,
			downtimeMs: deps.downtimeMs(),
		},
		commits: {
			batches,
			commitMsMean: batches === 0 ? 0 : commitMsTotal / batches,
			...commits,
		},
	};
}
