import { type Artifact, scoreOf, stateHash } from "@savepoint/core";
import { STALE_DURATIONS } from "../limits.js";
import type { SqlRow, SqlValue, WriteStatement } from "./driver.js";
import type { SessionRecord } from "./ports.js";
import {
	decodeStatus,
	encodeTerrain,
	FORMAT,
	genesisHash,
	rowChecksum,
	UnreadableRow,
} from "./serializers.js";
import { SESSION_COLUMNS } from "./session-columns.js";

/** Session and artifact rows: the statements that write them and the columns both ways. */

export const insertSession: WriteStatement = {
	sql: `insert into sessions
			(session_key, session_id, create_key, format, seed, duration_ms, terrain, started_at,
			downtime_base_ms, due_at, result, ended_at, stale, score, seq, last_play_ms, state_hash,
			head_hash, checksum)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19)`,
	paramCount: 19,
	changes: 1,
};

/** Only an active session has something to bring up to date, so a session can end once. */
export const updateSession: WriteStatement = {
	sql: `update sessions set result = $1, ended_at = $2, stale = $3, score = $4, seq = $5,
			last_play_ms = $6, state_hash = $7, head_hash = $8, checksum = $9
		where session_key = $10 and result is null`,
	paramCount: 10,
	changes: 1,
};

/** After an operator's entry: an ended session may be active again, and fall due later. */
export const replaceSession: WriteStatement = {
	sql: `update sessions set result = $1, ended_at = $2, stale = $3, score = $4, seq = $5,
			last_play_ms = $6, state_hash = $7, head_hash = $8, checksum = $9, due_at = $10
		where session_key = $11`,
	paramCount: 11,
	changes: 1,
};

export const deleteArtifacts: WriteStatement = {
	sql: "delete from artifacts where session_key = $1",
	paramCount: 1,
	changes: "any",
};

export const upsertArtifact: WriteStatement = {
	sql: `insert into artifacts (session_key, artifact_index, artifact_id, x, y, status)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (session_key, artifact_index)
		do update set x = excluded.x, y = excluded.y, status = excluded.status`,
	paramCount: 6,
	changes: 1,
};

/** What never changes after the start, in the order of the columns. */
const fixedColumns = (record: SessionRecord): SqlValue[] => [
	record.key,
	record.id,
	record.createKey,
	FORMAT,
	record.state.seed,
	record.state.durationMs,
	encodeTerrain(record.level),
	record.startedAtMs,
	record.downtimeBaseMs,
	dueAtMs(record),
];

const dueAtMs = (record: SessionRecord): number =>
	record.startedAtMs - record.downtimeBaseMs + STALE_DURATIONS * record.state.durationMs;

/** The fixed columns as they are stored: a pause moves the time at which the session falls due. */
const storedColumns = (record: SessionRecord): SqlValue[] => [
	...fixedColumns(record).slice(0, -1),
	dueAtMs(record) + record.pausedMs,
];

const snapshotColumns = (record: SessionRecord): SqlValue[] => [
	record.state.result,
	record.endedAtMs,
	record.stale ? 1 : 0,
	scoreOf(record.state),
	record.seq,
	record.lastPlayMs,
	stateHash(record.state),
	record.headHash,
];

export const sessionGenesis = (record: SessionRecord): string => genesisHash(fixedColumns(record));

export const sessionParams = (record: SessionRecord): SqlValue[] => {
	const values = [...storedColumns(record), ...snapshotColumns(record)];
	return [...values, rowChecksum(values)];
};

export const snapshotParams = (record: SessionRecord): SqlValue[] => {
	const snapshot = snapshotColumns(record);
	return [...snapshot, rowChecksum([...storedColumns(record), ...snapshot]), record.key];
};

export const replacedParams = (record: SessionRecord): SqlValue[] => [
	...snapshotParams(record).slice(0, -1),
	dueAtMs(record) + record.pausedMs,
	record.key,
];

export const artifactParams = (sessionKey: number, artifact: Artifact): SqlValue[] => [
	sessionKey,
	artifact.index,
	artifact.id,
	artifact.xFixed,
	artifact.yFixed,
	artifact.status,
];

/** A stored session row that verified against its checksum. */
export type SessionRow = Readonly<Record<(typeof SESSION_COLUMNS)[number], SqlValue>>;

/** A stored row as it is, for a database that is made of what another one held. */
export const storedSessionParams = (row: SqlRow): SqlValue[] =>
	[...SESSION_COLUMNS, "checksum"].map((column) => (row[column] ?? null) as SqlValue);

/** Throws UnreadableRow when a byte of the row is not what was written. */
export function checkSessionRow(row: SqlRow): SessionRow {
	const values = SESSION_COLUMNS.map((column) => row[column] ?? null);
	if (rowChecksum(values) !== row["checksum"])
		throw new UnreadableRow("the session's row does not match its checksum");
	if (row["format"] !== FORMAT)
		throw new UnreadableRow(
			`the session has format ${row["format"]}, this version reads ${FORMAT}`,
		);
	return row as SessionRow;
}

export const artifactFromRow = (row: SqlRow): Artifact => ({
	id: String(row["artifact_id"]),
	index: Number(row["artifact_index"]),
	xFixed: Number(row["x"]),
	yFixed: Number(row["y"]),
	status: decodeStatus(row["status"]),
});
