import { logEntries } from "./packed-log.js";
import type { SessionRecord } from "./ports.js";
import { Rebuild } from "./rebuild.js";
import { SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";

/** One session as a copy of the database holds it. */
export interface OtherSession {
	readonly record: SessionRecord;
	/** Sum of all downtime, as the copy knows it. */
	readonly downtimeMs: number;
	/** When its last entry was recorded, or when it was started. */
	readonly lastAtMs: number;
}

/**
 * Reads and verifies one session of a copy that nobody writes to; null where it is not there.
 * Throws UnreadableRow where it does not verify, and as `SqliteLook`.
 */
export function readSessionThere(database: string, sessionId: string): OtherSession | null {
	const look = new SqliteLook(databasePaths(database));
	try {
		const [row] = look.all("select * from sessions where session_id = $1", [sessionId]);
		if (row === undefined) return null;
		const key = Number(row["session_key"]);
		const artifacts = look.all(
			"select * from artifacts where session_key = $1 order by artifact_index",
			[key],
		);
		const rebuild = new Rebuild(row, artifacts);
		let lastAtMs = Number(row["started_at"]);
		const log = "select * from session_log where session_key = $1 order by seq";
		for (const entry of logEntries(look.all(log, [key]))) {
			rebuild.feed([entry]);
			lastAtMs = Number(entry["recorded_at"]);
		}
		const [service] = look.all("select downtime_ms from service where id = 1");
		const { record } = rebuild.finish();
		return { record, downtimeMs: Number(service?.["downtime_ms"] ?? 0), lastAtMs };
	} finally {
		look.close();
	}
}
