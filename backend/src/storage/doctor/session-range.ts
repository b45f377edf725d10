import { generateLevel } from "@savepoint/core";
import type { SqlRow } from "../driver.js";
import { logEntries } from "../packed-log.js";
import { isByPlayer } from "../player-activity.js";
import { encodeMoveType, encodeTerrain, UnreadableRow } from "../serializers.js";
import type { ReadOnlyDatabase } from "./database.js";
import { KeyedRows, logOf, rowsOf } from "./keyed-rows.js";
import type { HarmedSession, SessionTally } from "./report.js";
import { type Harm, verifySession } from "./verify-session.js";

export interface RangeOptions {
	readonly fromKey: number;
	readonly toKey: number;
	/** Stops after the session during which this time ran out. */
	readonly budgetMs: number;
	readonly withTail: boolean;
	/** Not in a database whose migration to packed logs is pending. */
	readonly withPacked: boolean;
	readonly withTerrain: boolean;
	/** Activity after this moment is not counted: it came after the counter was read. */
	readonly activityUntilMs: number;
}

export interface RangeFindings {
	/** Everything up to this key was looked at. */
	coveredKey: number;
	readonly tally: Omit<SessionTally, "harmed">;
	readonly harmed: HarmedSession[];
	/** Rows that belong to no session, by table and key. */
	readonly strays: Map<string, number>;
	latestActivityAtMs: number | null;
	/** Ids of sessions whose level this version would draw differently. */
	readonly otherTerrain: string[];
}

const SESSIONS = "select * from sessions where session_key between $1 and $2 order by session_key";
const ARTIFACTS = `select * from artifacts where session_key between $1 and $2
	order by session_key, artifact_index`;
const MOVES = "select * from moves where session_key between $1 and $2 order by session_key, seq";
const PACKED = `select session_key, seq, log as packed from packed_logs
	where session_key between $1 and $2 order by session_key`;
const TAIL =
	"select * from move_tail where session_key between $1 and $2 order by session_key, seq";

const SPAWN_CODE = encodeMoveType("spawn");

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
	const found: RangeFindings = {
		coveredKey: options.toKey,
		tally: { examined: 0, active: 0, ended: 0, moves: 0, artifacts: 0 },
		harmed: [],
		strays: new Map(),
		latestActivityAtMs: null,
		otherTerrain: [],
	};
	try {
		const [sessions, artifacts, moves] = [open(SESSIONS), open(ARTIFACTS), open(MOVES)];
		const tail = new KeyedRows((options.withTail ? database.all(TAIL, bounds) : []).values());
		const packed = options.withPacked ? open(PACKED) : new KeyedRows([].values());
		const rows: Rows = { artifacts, packed, moves, tail };
		const startedAtMs = performance.now();
		for (let row = sessions.shift(); row !== null; row = sessions.shift()) {
			countStrays(found, rows, Number(row["session_key"]));
			examineSession(found, options, row, rows);
			if (
				performance.now() - startedAtMs < options.budgetMs ||
				row["session_key"] === options.toKey
			)
				continue;
			found.coveredKey = Number(row["session_key"]);
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

function examineSession(
	found: RangeFindings,
	options: RangeOptions,
	row: SqlRow,
	rows: Rows,
): void {
	const sessionKey = Number(row["session_key"]);
	const { tally } = found;
	// 1. What there is of it.
	tally.examined += 1;
	if (row["result"] === null) tally.active += 1;
	else tally.ended += 1;
	const stored = [...rowsOf(sessionKey, rows.artifacts)];
	tally.artifacts += stored.length;
	noteActivity(found, options, Number(row["started_at"]));
	// 2. Whether it verifies; what was not read by then still counts as there.
	const harm = verifyLog(found, options, row, { rows, stored });
	if (harm !== null) {
		found.harmed.push({ sessionId: String(row["session_id"]), sessionKey, ...harm });
		return;
	}
	// 3. Its row verified, so the level is the one it was created with.
	if (options.withTerrain && !isDrawnAlike(row)) found.otherTerrain.push(String(row["session_id"]));
}

/** A log that was packed, and what lies in rows; both only where something went wrong. */
function verifyLog(
	found: RangeFindings,
	options: RangeOptions,
	row: SqlRow,
	{ rows, stored }: { readonly rows: Rows; readonly stored: readonly SqlRow[] },
): Harm | null {
	const sessionKey = Number(row["session_key"]);
	const packedRows = [...rowsOf(sessionKey, rows.packed)];
	const inRows = [...logOf(sessionKey, rows.moves, rows.tail)];
	let packed: SqlRow[];
	try {
		packed = logEntries(packedRows);
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		return { reason: error.message, firstBadMove: null };
	}
	// The artifacts of a packed log are in it.
	if (stored.length === 0) found.tally.artifacts += packed.filter(isAppliedSpawn).length;
	const log = [...packed, ...inRows];
	for (const entry of log) countEntry(found, options, entry);
	return verifySession(row, stored, log);
}

const isAppliedSpawn = (entry: SqlRow): boolean =>
	entry["move_type"] === SPAWN_CODE && entry["refusal"] === null;

function countEntry(found: RangeFindings, options: RangeOptions, entry: SqlRow): void {
	found.tally.moves += 1;
	if (isByPlayer(entry)) noteActivity(found, options, Number(entry["recorded_at"]));
}

function noteActivity(found: RangeFindings, options: RangeOptions, atMs: number): void {
	if (atMs > options.activityUntilMs) return;
	if (found.latestActivityAtMs === null || atMs > found.latestActivityAtMs)
		found.latestActivityAtMs = atMs;
}

function isDrawnAlike(row: SqlRow): boolean {
	const level = generateLevel(Number(row["seed"]), Number(row["duration_ms"]));
	return encodeTerrain(level) === row["terrain"];
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
			const place = `${table} of session key ${stream.key}`;
			found.strays.set(place, (found.strays.get(place) ?? 0) + 1);
			stream.shift();
		}
}
