import type { SqlRow, SqlValue } from "../driver.js";
import type { StorageModule } from "../module.js";

/** Reads a page; a driver's `query`, or a look from outside. */
export type ReadRows = (sql: string, params: readonly SqlValue[]) => Promise<SqlRow[]>;

/** What retention would take away now, and what it leaves although it is old. */
export interface RetentionPreview {
	readonly endedBefore: string;
	readonly sessions: number;
	readonly moves: number;
	/** What is stored of them, without the pages' own overhead. */
	readonly bytes: number;
	/** Old sessions that stay because a high score links to their replay. */
	readonly kept: number;
	/** Hidden already, and waiting for the end of the undo window. */
	readonly waiting: number;
	readonly oldestEndedAt: string | null;
}

export interface PreviewOptions {
	readonly endedBeforeMs: number;
	readonly modules: readonly StorageModule[];
	/** Sessions looked at so far. */
	readonly onProgress?: (done: number) => void;
}

const PAGE_SESSIONS = 500;
/** A row's numbers, and its places in the indexes. */
const SESSION_ROW_BYTES = 160;
const MOVE_ROW_BYTES = 24;
const ARTIFACT_ROW_BYTES = 24;

/**
 * Goes through the old sessions page by page, along the index by their end, and changes nothing.
 * Bytes are those of the stored values plus a fixed sum a row, so they are about right, not exact.
 */
export async function previewRetention(
	read: ReadRows,
	{ endedBeforeMs, modules, onProgress }: PreviewOptions,
): Promise<RetentionPreview> {
	const sql = pageSql(modules.flatMap(({ keepsSessions }) => keepsSessions ?? []));
	const sum = { sessions: 0, moves: 0, bytes: 0, kept: 0, looked: 0 };
	let oldestMs: number | null = null;
	let after = { endedAtMs: 0, key: 0 };
	for (;;) {
		const rows = await read(sql, [endedBeforeMs, after.endedAtMs, after.key, PAGE_SESSIONS]);
		for (const row of rows) {
			oldestMs ??= Number(row["ended_at"]);
			if (row["kept"] === 1) {
				sum.kept += 1;
				continue;
			}
			sum.sessions += 1;
			sum.moves += Number(row["seq"]);
			sum.bytes += Number(row["bytes"]);
		}
		sum.looked += rows.length;
		onProgress?.(sum.looked);
		const last = rows.at(-1);
		if (last === undefined || rows.length < PAGE_SESSIONS) break;
		after = { endedAtMs: Number(last["ended_at"]), key: Number(last["session_key"]) };
	}
	const [waiting] = await read("select count(*) as count from removed_sessions", []);
	return {
		endedBefore: new Date(endedBeforeMs).toISOString(),
		sessions: sum.sessions,
		moves: sum.moves,
		bytes: sum.bytes,
		kept: sum.kept,
		waiting: Number(waiting?.["count"] ?? 0),
		oldestEndedAt: oldestMs === null ? null : new Date(oldestMs).toISOString(),
	};
}

const pageSql = (keepers: readonly string[]): string => `select s.session_key, s.ended_at, s.seq,
		case when ${keepers.map((keeper) => `exists (${keeper})`).join(" or ") || "1 = 0"}
			then 1 else 0 end as kept,
		${SESSION_ROW_BYTES} + length(s.terrain)
			+ coalesce((select length(p.log) from packed_logs p
				where p.session_key = s.session_key), 0)
			+ coalesce((select sum(length(m.payload) + length(m.hash) + coalesce(length(m.move_id), 0)
				+ ${MOVE_ROW_BYTES}) from moves m where m.session_key = s.session_key), 0)
			+ coalesce((select sum(length(a.artifact_id) + length(a.status) + ${ARTIFACT_ROW_BYTES})
				from artifacts a where a.session_key = s.session_key), 0) as bytes
	from sessions s
	where s.result is not null and s.ended_at < $1
		and (s.ended_at > $2 or (s.ended_at = $2 and s.session_key > $3))
		and not exists (select 1 from removed_sessions r where r.session_key = s.session_key)
	order by s.ended_at, s.session_key limit $4`;
