import { setImmediate as nextTurn } from "node:timers/promises";
import { examineDamagedRange } from "./damaged-range.js";
import type { Examination } from "./examination.js";
import type { Findings } from "./findings.js";
import { examineRange, type RangeFindings, type RangeOptions } from "./session-range.js";
import { isPageDamage } from "./unreadable.js";

/** Keys to a transaction; a chunk ends sooner when its time is over. */
const CHUNK_KEYS = 256;
const CHUNK_BUDGET_MS = 200;

/**
 * Every session: its row's checksum, its artifacts, the chain of its log, and that the moves lead
 * to what is stored; and rows that belong to no session. Chunk by chunk, each of one moment, so
 * that a server beside it is never held up and each session is seen whole.
 */
export async function checkSessions(examination: Examination): Promise<void> {
	const { database, findings, quick, onProgress } = examination;
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
	const sums = new Sums(readArchivedActivity(examination));
	let fromKey = 0;
	while (fromKey <= lastKey) {
		onProgress({ step: "sessions", done: fromKey, total: lastKey });
		const firstKey = keyFrom(examination, fromKey) ?? fromKey;
		const range = { ...options, fromKey, toKey: Math.min(firstKey + CHUNK_KEYS - 1, lastKey) };
		fromKey = sums.add(examineSafely(examination, range), findings) + 1;
		await nextTurn();
	}
	// What came while we looked, and what has a key that no session ever had.
	const rest = { ...options, fromKey, toKey: Number.MAX_SAFE_INTEGER };
	try {
		sums.add(
			database.snapshot(() => examineRange(database, rest)),
			findings,
		);
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(`What follows the last session cannot be read: ${error.message}.`);
	}
	onProgress({ step: "sessions", done: lastKey, total: lastKey });
	sums.conclude(findings, activityAtMs);
}

function examineSafely(examination: Examination, range: RangeOptions): RangeFindings {
	const { database } = examination;
	try {
		return database.snapshot(() => examineRange(database, range));
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return examineDamagedRange(database, range);
	}
}

/** What the chunks add up to. */
class Sums {
	#latestActivityAtMs: number | null;
	#otherTerrain = 0;
	#otherTerrainExample = "";

	/** `archivedActivityAtMs`: of the sessions that are gone. */
	constructor(archivedActivityAtMs: number | null) {
		this.#latestActivityAtMs = archivedActivityAtMs;
	}

	/** Returns the last key that the chunk has covered. */
	add(found: RangeFindings, findings: Findings): number {
		const { tally } = findings;
		tally.examined += found.tally.examined;
		tally.active += found.tally.active;
		tally.ended += found.tally.ended;
		tally.moves += found.tally.moves;
		tally.artifacts += found.tally.artifacts;
		for (const harmed of found.harmed) findings.addHarmed(harmed);
		for (const [place, count] of found.strays)
			findings.addDamage(`${count} rows in ${place}, which does not exist.`);
		const atMs = found.latestActivityAtMs;
		if (atMs !== null && (this.#latestActivityAtMs === null || atMs > this.#latestActivityAtMs))
			this.#latestActivityAtMs = atMs;
		this.#otherTerrain += found.otherTerrain.length;
		this.#otherTerrainExample ||= found.otherTerrain[0] ?? "";
		return found.coveredKey;
	}

	conclude(findings: Findings, storedActivityAtMs: number | null): void {
		findings.counters.push({
			name: "latestActivityAt",
			stored: storedActivityAtMs,
			counted: this.#latestActivityAtMs,
		});
		if (this.#otherTerrain > 0)
			findings.addNote(
				`${this.#otherTerrain} sessions were created with a level that this version draws differently from the same seed (one is ${this.#otherTerrainExample}); they keep their own.`,
			);
	}
}

function readLastKey({ database }: Examination): number {
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
function keyFrom({ database }: Examination, fromKey: number): number | null {
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

function readActivity({ database }: Examination): number | null {
	try {
		const [row] = database.all("select max(latest_activity_at) as at from session_stats");
		return typeof row?.["at"] === "number" ? row["at"] : null;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

/** Of what is gone; null in a database that an older version wrote. */
function readArchivedActivity({ database }: Examination): number | null {
	try {
		const [table] = database.all("select 1 from sqlite_schema where name = 'archived_sessions'");
		if (table === undefined) return null;
		const [row] = database.all("select max(activity_at) as at from archived_sessions");
		return typeof row?.["at"] === "number" ? row["at"] : null;
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		return null;
	}
}

/** false where that migration is pending. */
const hasPackedLogs = ({ database }: Examination): boolean =>
	database.all("select 1 from sqlite_schema where name = 'packed_logs'").length > 0;

/** One damaged page in the small tail must not make every session look harmed. */
function isTailReadable({ database, findings }: Examination): boolean {
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
