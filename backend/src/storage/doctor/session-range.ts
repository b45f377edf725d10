import type { ReadOnlyDatabase } from "./database.js";
import { KeyedRows, logOf, rowsOf } from "./keyed-rows.js";
import {
	examineSession,
	noFindings,
	noteStray,
	type SessionFindings,
	type SessionRules,
} from "./session-findings.js";

export interface RangeOptions extends SessionRules {
	readonly fromKey: number;
	readonly toKey: number;
	/** Stops after the session during which this time ran out. */
	readonly budgetMs: number;
	readonly withTail: boolean;
	/** Not in a database whose migration to packed logs is pending. */
	readonly withPacked: boolean;
}

export interface RangeFindings extends SessionFindings {
	/** Everything up to this key was looked at. */
	coveredKey: number;
}

const SESSIONS = "select * from sessions where session_key between $1 and $2 order by session_key";
const ARTIFACTS = `select * from artifacts where session_key between $1 and $2
	order by session_key, artifact_index`;
const MOVES = "select * from moves where session_key between $1 and $2 order by session_key, seq";
const PACKED = `select session_key, seq, log as packed from packed_logs
	where session_key between $1 and $2 order by session_key`;
const TAIL =
	"select * from move_tail where session_key between $1 and $2 order by session_key, seq";

/**
 * Verifies the sessions of a range of keys in one pass over five tables that are all clustered by
 * the session, or small: nothing is looked up, and memory holds one session. Call it within a
 * snapshot.
 */
export function examineRange(database: ReadOnlyDatabase, options: RangeOptions): RangeFindings {
	const bounds = [options.fromKey, options.toKey];
	const opened: KeyedRows[] = [];
	const open = (sql: string): KeyedRows => {
		const rows = new KeyedRows(database.each(sql, bounds));
		opened.push(rows);
		return rows;
	};
	const found: RangeFindings = { ...noFindings(), coveredKey: options.toKey };
	try {
		const [sessions, artifacts, moves] = [open(SESSIONS), open(ARTIFACTS), open(MOVES)];
		const tail = new KeyedRows((options.withTail ? database.all(TAIL, bounds) : []).values());
		const packed = options.withPacked ? open(PACKED) : new KeyedRows([].values());
		const rows: Rows = { artifacts, packed, moves, tail };
		const startedAtMs = performance.now();
		for (let row = sessions.shift(); row !== null; row = sessions.shift()) {
			const sessionKey = Number(row["session_key"]);
			countStrays(found, rows, sessionKey);
			examineSession(found, options, row, {
				artifacts: [...rowsOf(sessionKey, artifacts)],
				packed: [...rowsOf(sessionKey, packed)],
				entries: [...logOf(sessionKey, moves, tail)],
			});
			const isInTime = performance.now() - startedAtMs < options.budgetMs;
			if (isInTime || sessionKey === options.toKey) continue;
			found.coveredKey = sessionKey;
			return found;
		}
		countStrays(found, rows, Number.POSITIVE_INFINITY);
		return found;
	} finally {
		for (const rows of opened) rows.close();
	}
}

interface Rows {
	readonly artifacts: KeyedRows;
	readonly packed: KeyedRows;
	readonly moves: KeyedRows;
	readonly tail: KeyedRows;
}

function countStrays(found: RangeFindings, rows: Rows, beforeKey: number): void {
	const tables = [
		["artifacts", rows.artifacts],
		["packed_logs", rows.packed],
		["moves", rows.moves],
		["move_tail", rows.tail],
	] as const;
	for (const [table, stream] of tables)
		while (stream.key < beforeKey) {
			noteStray(found, table, stream.key);
			stream.shift();
		}
}
