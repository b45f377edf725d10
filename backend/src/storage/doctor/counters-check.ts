import type { SqlRow } from "../driver.js";
import type { Examination } from "./examination.js";
import type { Reads } from "./reads.js";
import type { CounterComparison } from "./report.js";
import { isPageDamage } from "./unreadable.js";

/** What the servers say, over all of their slots. */
const STORED = `select sum(started) as started, sum(won) as won, sum(lost) as lost,
		sum(abandoned) as abandoned, sum(stale_ended) as stale_ended,
		max(latest_completed_at) as latest_completed_at
	from session_stats`;
/**
 * Sessions that an operator removed do not count, but for the time of the last one completed; those
 * that grew too old count for ever.
 */
const countedOf = (source: string): string => `select
		count(case when counts = 1 then 1 end) as started,
		count(case when counts = 1 and result = 'won' then 1 end) as won,
		count(case when counts = 1 and result = 'lost' then 1 end) as lost,
		count(case when counts = 1 and result = 'abandoned' then 1 end) as abandoned,
		count(case when counts = 1 and stale = 1 then 1 end) as stale_ended,
		max(case when result in ('won', 'lost') then ended_at end) as latest_completed_at
	from (${source}) counted`;
const LIVE_AND_ARCHIVED = `select s.result, s.stale, s.ended_at,
		case when r.reason = 'operator' then 0 else 1 end as counts
	from sessions s left join removed_sessions r on r.session_key = s.session_key
	union all
	select result, stale, ended_at, case when reason = 'operator' then 0 else 1 end
	from archived_sessions`;
/** The recount: what the counters must be. */
export const COUNTED = countedOf(LIVE_AND_ARCHIVED);
/** Of a database that an older version wrote. */
const LIVE_ONLY = "select result, stale, ended_at, 1 as counts from sessions";

const COUNTERS = [
	["started", "started"],
	["won", "won"],
	["lost", "lost"],
	["abandoned", "abandoned"],
	["staleEnded", "stale_ended"],
	["latestCompletedAt", "latest_completed_at"],
] as const;

/**
 * S3: the counters against a recount, both of one moment. The time of the last activity needs the
 * log and is compared by the check of the sessions; how many started today depends on the server's
 * time zone and cannot be told from here.
 */
export async function checkCounters({ reads, findings, onProgress }: Examination): Promise<void> {
	onProgress({ step: "counters", done: 0, total: 1 });
	try {
		const recount = (await hasRemovals(reads)) ? COUNTED : countedOf(LIVE_ONLY);
		const [stored, counted] = await reads.atOneMoment([STORED], [recount]);
		findings.counters.push(...compareCounters(stored?.[0], counted?.[0]));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(`The sessions cannot be counted: ${error.message}.`);
	}
}

/** Both rows, side by side. */
function compareCounters(
	stored: SqlRow | undefined,
	counted: SqlRow | undefined,
): CounterComparison[] {
	return COUNTERS.map(([name, column]) => {
		const value = (row: SqlRow | undefined): number | null =>
			typeof row?.[column] === "number" ? row[column] : null;
		return { name, stored: value(stored), counted: value(counted) };
	});
}

/** Not in a database that an older version wrote. */
export const hasRemovals = (reads: Reads): Promise<boolean> => reads.hasTable("removed_sessions");
