import type { SqlRow, SqlValue, WriteBatch } from "./driver.js";
import { chainHash } from "./hashes.js";
import type { StatementList } from "./module.js";
import { insertPackedLog, PACKED_ENTRIES_MAX, packedLogParams } from "./packed-log.js";
import type { NewEntry, SessionRecord } from "./ports.js";
import { encodeMoveType, encodePayload } from "./serializers.js";
import { insertMove } from "./session-repo.js";
import {
	artifactParams,
	insertSession,
	sessionGenesis,
	sessionParams,
	upsertArtifact,
} from "./session-rows.js";

/**
 * Queues a session that was played elsewhere, with its whole log: what the server would have stored
 * of it by now. `record.state` stands where the entries lead to; `seq`, `headHash`, `lastPlayMs`
 * and `snapshotSeq` are set here.
 */
export function pushWholeSession(
	batch: WriteBatch,
	statements: StatementList,
	record: SessionRecord,
	entries: readonly NewEntry[],
): void {
	record.headHash = sessionGenesis(record);
	const rows = entries.map((entry) => chainedRow(record, entry));
	record.snapshotSeq = record.seq;
	const push = (place: number, params: readonly SqlValue[]) =>
		batch.push(place, record.key, ...params);
	push(statements.placeOf(insertSession), sessionParams(record));
	if (record.state.result !== null && rows.length <= PACKED_ENTRIES_MAX) {
		push(statements.placeOf(insertPackedLog), packedLogParams(record.key, rows));
		return;
	}
	for (const row of rows) push(statements.placeOf(insertMove), Object.values(row));
	for (const artifact of record.state.artifacts.values())
		push(statements.placeOf(upsertArtifact), artifactParams(record.key, artifact));
}

/** The next row of the log, its columns in the order of `insertMove`. */
function chainedRow(record: SessionRecord, entry: NewEntry): SqlRow {
	const link = {
		seq: record.seq + 1,
		moveId: entry.moveId,
		moveType: encodeMoveType(entry.body.type),
		playMs: entry.playMs,
		recordedAtMs: entry.recordedAtMs,
		refusal: entry.refusal,
		payload: encodePayload(entry.body),
	};
	record.seq = link.seq;
	record.headHash = chainHash(record.headHash, link);
	record.lastPlayMs = Math.max(record.lastPlayMs, entry.playMs ?? 0);
	return {
		session_key: record.key,
		seq: link.seq,
		move_id: link.moveId,
		move_type: link.moveType,
		play_ms: link.playMs,
		recorded_at: link.recordedAtMs,
		refusal: link.refusal,
		payload: link.payload,
		hash: record.headHash,
	};
}
