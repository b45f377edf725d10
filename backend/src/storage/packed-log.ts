import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { SqlRow, SqlValue, WriteStatement } from "./driver.js";
import { UnreadableRow } from "./unreadable-row.js";

/**
 * A finished session's log as one value, and back. A row a move costs more than what it holds: its
 * place, its hash, and ids and words that the entry before it had as well.
 *
 * Packed is `[form, first time, [id, type, play time, milliseconds since the entry before, refusal,
 * body], …]` as JSON, deflated. `seq` counts from 1. The chain's hashes follow from the entries:
 * whoever plays them again compares the last one with the session's row (`rebuild.ts`).
 */

const FORM = 1;
/** A longer log stays in rows and is read page by page, so as not to hold up the event loop. */
export const PACKED_ENTRIES_MAX = 1_000;
/** More than so many entries of the longest kind take; a damaged value must not eat the memory. */
const UNPACKED_BYTES_MAX = 1024 * 1024;

/**
 * What nearly every log has in it, for the first of each to be short, too. Never to be changed:
 * what was packed with it is unpacked with it.
 */
const DICTIONARY = Buffer.from(
	'"ARTIFACT_DEPOSITED","ARTIFACT_EXISTS","SESSION_ENDED","ARTIFACT_NOT_AVAILABLE","stale"' +
		'[null,4,null,0,null,[null]],["won"]]]["lost"]]],["1",1,0,0,null,[0,210000,"artifact-1"]],' +
		'["2",2,600,600,null,["artifact-1",0,512000,559000]],["3",2,1200,600,null,["artifact-1",3,' +
		'512000,559000]],["4",3,2000,800,null,["artifact-1"]],',
);

export const insertPackedLog: WriteStatement = {
	sql: "insert into packed_logs (session_key, seq, log) values ($1, $2, $3)",
	paramCount: 3,
	changes: 1,
};

/** A log is a few kilobytes of text: a window that holds them takes half the time to set up. */
const DEFLATE = { level: 9, windowBits: 13, memLevel: 6, dictionary: DICTIONARY };

/** Of the whole log of one session, in order, as `session_log` has it. */
export const packedLogParams = (sessionKey: number, rows: readonly SqlRow[]): SqlValue[] => [
	sessionKey,
	rows.length,
	packLog(rows),
];

function packLog(rows: readonly SqlRow[]): Uint8Array {
	let atMs = Number(rows[0]?.["recorded_at"]);
	const list: unknown[] = [FORM, atMs];
	for (const row of rows) {
		const recordedAtMs = Number(row["recorded_at"]);
		const { move_id: id, move_type: type, play_ms: playMs, refusal, payload } = row;
		list.push([id, type, playMs, recordedAtMs - atMs, refusal, JSON.parse(String(payload))]);
		atMs = recordedAtMs;
	}
	const deflated = deflateRawSync(JSON.stringify(list), DEFLATE);
	// A copy of its own size: what zlib returns is a piece of a larger buffer.
	return new Uint8Array(deflated);
}

/** The rows that were packed, their `hash` null. Throws UnreadableRow. */
function unpackLog(sessionKey: number, packed: Uint8Array): SqlRow[] {
	const [form, firstAtMs, ...entries] = readList(packed);
	let atMs = Number(firstAtMs);
	if (form !== FORM) return unreadable();
	return entries.map((entry, at): SqlRow => {
		const [id, type, playMs, sinceMs, refusal, body] = Array.isArray(entry) ? entry : unreadable();
		atMs += Number(sinceMs);
		return {
			session_key: sessionKey,
			seq: at + 1,
			move_id: id,
			move_type: type,
			play_ms: playMs,
			recorded_at: atMs,
			refusal,
			payload: JSON.stringify(body),
			hash: null,
		};
	});
}

/**
 * Rows of `session_log`, with the entries of a packed log in the place of its row. `after`: entries
 * up to this one were not asked for; `limit`: nor were more than so many. Throws UnreadableRow.
 */
export function logEntries(rows: readonly SqlRow[], after = 0, limit = Infinity): SqlRow[] {
	if (!rows.some(isPacked)) return [...rows];
	const entries = rows.flatMap((row) => (isPacked(row) ? entriesOf(row).slice(after) : [row]));
	return entries.slice(0, limit);
}

const isPacked = (row: SqlRow): boolean => row["packed"] instanceof Uint8Array;

function entriesOf({ session_key: key, seq, packed }: SqlRow): SqlRow[] {
	const entries = packed instanceof Uint8Array ? unpackLog(Number(key), packed) : unreadable();
	return entries.length === seq ? entries : unreadable();
}

function readList(packed: Uint8Array): unknown[] {
	try {
		const options = { dictionary: DICTIONARY, maxOutputLength: UNPACKED_BYTES_MAX };
		const list: unknown = JSON.parse(inflateRawSync(packed, options).toString());
		return Array.isArray(list) ? list : unreadable();
	} catch (error) {
		if (error instanceof UnreadableRow) throw error;
		return unreadable();
	}
}

const unreadable = (): never => {
	throw new UnreadableRow("the packed log does not read back");
};
