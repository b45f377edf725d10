import { type Counters, noCounters } from "../counters.js";
import type { Heartbeat } from "./downtime.js";
import type {
	ServerSlot,
	SqlDriver,
	SqlRow,
	SqlValue,
	WriteBatch,
	WriteStatement,
} from "./driver.js";

/**
 * The two rows that every batch may touch for itself: the heartbeat and this process's counters.
 */

/** P5: one slot a serving process. SQLite has one server, so one slot. */
export const ONLY_SLOT = "main";

/** The compare-and-set: a heartbeat that finds another one than expected fails the batch. */
export const updateHeartbeat: WriteStatement = {
	sql: "update service set heartbeat_at = $1, downtime_ms = $2 where id = 1 and heartbeat_at = $3",
	paramCount: 3,
	changes: 1,
};

export const updateCounters: WriteStatement = {
	sql: `update session_stats set started = $1, stale_ended = $2, won = $3, lost = $4,
		abandoned = $5, latest_completed_at = $6, latest_activity_at = $7, today = $8,
		started_today = $9 where slot = $10`,
	paramCount: 10,
	changes: 1,
};

/** In the transaction of what makes it necessary; see `ServiceState.generation`. */
export const raiseGeneration: WriteStatement = {
	sql: "update service set generation = generation + 1 where id = 1",
	paramCount: 0,
	changes: 1,
};

export const heartbeatParams = (beat: Heartbeat): SqlValue[] => [
	beat.atMs,
	beat.downtimeMs,
	beat.expectedAtMs,
];

export function pushCounters(
	batch: WriteBatch,
	place: number,
	counters: Counters,
	slot: string = ONLY_SLOT,
): void {
	batch.push(
		place,
		0,
		counters.started,
		counters.staleEnded,
		counters.won,
		counters.lost,
		counters.abandoned,
		counters.latestCompletedAtMs,
		counters.latestActivityAtMs,
		counters.today,
		counters.startedToday,
		slot,
	);
}

/** Of all that ever were: a session that is gone has left its row in the archive. */
const SELECT_LAST_KEY = `select max(last_key) as last_key from (
	select max(session_key) as last_key from sessions
	union all
	select max(session_key) from archived_sessions) keys`;

export interface ServiceState {
	readonly instanceId: string;
	/**
	 * Counted from 1, and one more whenever something of what was acknowledged may be gone: a restore
	 * of the whole storage, a recovery, a repair that cut a session.
	 */
	readonly generation: number;
	readonly heartbeatAtMs: number;
	readonly downtimeMs: number;
	readonly counters: Counters;
	/** The largest session key that was ever given out. */
	readonly lastSessionKey: number;
}

/** Of all slots: who was active today is counted for the latest day that any of them knows. */
export const SELECT_SUMS = `select sum(started) as started, sum(stale_ended) as stale_ended,
		sum(won) as won, sum(lost) as lost, sum(abandoned) as abandoned,
		max(latest_completed_at) as latest_completed_at,
		max(latest_activity_at) as latest_activity_at, max(today) as today,
		sum(case when today = (select max(today) from session_stats) then started_today else 0 end)
			as started_today
	from session_stats`;

/** The statistics of the service, over all servers, as stored. */
export async function readCounters(driver: Pick<SqlDriver, "query">): Promise<Counters> {
	return countersOf((await driver.query(SELECT_SUMS))[0]);
}

/** Of the row that `SELECT_SUMS` gives; there is none, or one of nulls, where there is no slot. */
export const countersOf = (sums: SqlRow | undefined): Counters =>
	sums === undefined || sums["started"] === null ? noCounters() : countersFromRow(sums);

/** O(1): three point reads, whatever the number of sessions (S1). */
export async function readServiceState(
	driver: Pick<SqlDriver, "query">,
	/** This server's, where several share the database; its counters and keys are its own. */
	slot: ServerSlot | null = null,
): Promise<ServiceState> {
	const [service] = await driver.query("select * from service where id = 1");
	const name = slot?.name ?? ONLY_SLOT;
	const [stats] = await driver.query("select * from session_stats where slot = $1", [name]);
	const [last] = slot === null ? await driver.query(SELECT_LAST_KEY) : [{ last_key: slot.lastKey }];
	const text = (row: SqlRow | undefined, name: string) => row?.[name] ?? null;
	return {
		instanceId: String(text(service, "instance_id") ?? ""),
		generation: Number(text(service, "generation") ?? 1),
		heartbeatAtMs: Number(text(service, "heartbeat_at") ?? 0),
		downtimeMs: Number(text(service, "downtime_ms") ?? 0),
		counters: stats === undefined ? noCounters() : countersFromRow(stats),
		lastSessionKey: Number(text(last, "last_key") ?? 0),
	};
}

const countersFromRow = (row: SqlRow): Counters => ({
	started: Number(row["started"]),
	staleEnded: Number(row["stale_ended"]),
	won: Number(row["won"]),
	lost: Number(row["lost"]),
	abandoned: Number(row["abandoned"]),
	latestCompletedAtMs: row["latest_completed_at"] as number | null,
	latestActivityAtMs: row["latest_activity_at"] as number | null,
	today: Number(row["today"]),
	startedToday: Number(row["started_today"]),
});
