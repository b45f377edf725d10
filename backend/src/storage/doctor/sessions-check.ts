import { setImmediate as nextTurn } from "node:timers/promises";
import { examineDamagedRange } from "./damaged-range.js";
import type { FileExamination } from "./examination.js";
import { hasPackedLogs } from "./packed-logs.js";
import { checkSample } from "./sample-check.js";
import { examineRange, type RangeFindings, type RangeOptions } from "./session-range.js";
import { SessionSums } from "./session-sums.js";
import { isPageDamage } from "./unreadable.js";

/** Keys to a transaction; a chunk ends sooner when its time is over. */
const CHUNK_KEYS = 256;
const CHUNK_BUDGET_MS = 200;

/**
 * Every session: its row's checksum, its artifacts, the chain of its log, and that the moves lead
 * to what is stored; and rows that belong to no session. Chunk by chunk, each of one moment, so
 * that a server beside it is never held up and each session is seen whole.
 */
export async function checkSessions(examination: FileExamination): Promise<void> {
	const { database, findings, quick, onProgress } = examination;
	if (examination.sampleSessions !== null)
		return checkSample(examination, examination.sampleSessions);
	const lastKey = readLastKey(examination);
	const activityAtMs = readActivity(examination);
	const options = {
		budgetMs: CHUNK_BUDGET_MS,
		withTail: isTailReadable(examination),
		withPacked: hasPackedLogs(examination),
		withTerrain: !quick,
		// While there is no session there is no activity, whatever a server begins meanwhile.
		activityUntilMs:
			activityAtMs ?? (lastKey === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
	};
	const sums = new SessionSums(findings, readArchivedActivity(examination));
	let fromKey = 0;
	while (fromKey <= lastKey) {
		onProgress({ step: "sessions", done: fromKey, total: lastKey });
		const firstKey = keyFrom(examination, fromKey) ?? fromKey;
		const range = { ...options, fromKey, toKey: Math.min(firstKey + CHUNK_KEYS - 1, lastKey) };
		const found = examineSafely(examination, range);
		sums.add(found);
		fromKey = found.coveredKey + 1;
		await nextTurn();
	}
	// What came while we looked, and what has a key that no session ever had.
	const rest = { ...options, fromKey, toKey: Number.MAX_SAFE_INTEGER };
	try {
		sums.add(database.snapshot(() => examineRange(database, rest)));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(`What follows the last session cannot be read: ${error.message}.`);
	}
	onProgress({ step: "sessions", done: lastKey, total: lastKey });
	sums.conclude(activityAtMs);
}

function examineSafely(examination: FileExamination, range: RangeOptions): RangeFindings {
	const { database } = examination;
	try {
		return database.snapshot(() => examineRange(database, range));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return examineDamagedRange(database, range);
	}
}

function readLastKey({ database }: FileExamination): number {
	const queries = [
		"select max(session_key) as key from sessions",
		"select max(session_key) as key from sessions indexed by sqlite_autoindex_sessions_1",
		"select sum(started) as key from session_stats",
	];
	for (const sql of queries)
		try {
			return Number(database.all(sql)[0]?.["key"] ?? 0);
		} catch (error) {
			if (!isPageDamage(error)) throw error;
		}
	return 0;
}

/** The next key that is in use, so that a wide gap costs one look. */
function keyFrom({ database }: FileExamination, fromKey: number): number | null {
	try {
		const [row] = database.all(
			"select min(session_key) as key from sessions where session_key >= $1",
			[fromKey],
		);
		return typeof row?.["key"] === "number" ? row["key"] : null;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

function readActivity({ database }: FileExamination): number | null {
	try {
		const [row] = database.all("select max(latest_activity_at) as at from session_stats");
		return typeof row?.["at"] === "number" ? row["at"] : null;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

/** Of what is gone; null in a database that an older version wrote. */
function readArchivedActivity({ database }: FileExamination): number | null {
	try {
		if (!database.hasTable("archived_sessions")) return null;
		const [row] = database.all("select max(activity_at) as at from archived_sessions");
		return typeof row?.["at"] === "number" ? row["at"] : null;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

/** One damaged page in the small tail must not make every session look harmed. */
function isTailReadable({ database, findings }: FileExamination): boolean {
	try {
		database.all("select sum(length(payload) + length(hash)) from move_tail");
		return true;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(
			`The log's newest part cannot be read (${error.message}); it is left out of what follows.`,
		);
		return false;
	}
}
