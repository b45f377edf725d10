import { SavepointError } from "../../errors.js";
import type { Log } from "../../log.js";
import { COUNTED, compareCounters, STORED } from "../../storage/doctor/counters-check.js";
import { verifySession } from "../../storage/doctor/verify-session.js";
import type { SqlRow, SqlValue } from "../../storage/driver.js";
import { openStorage } from "../../storage/open.js";
import { logEntries } from "../../storage/packed-log.js";
import { UnreadableRow } from "../../storage/serializers.js";
import type { Finding } from "./findings.js";

/** Sessions whose rows are read at a time. */
const PAGE_SESSIONS = 50;

const SESSIONS = `select * from sessions where session_key > $1
	order by session_key limit ${PAGE_SESSIONS}`;
const ARTIFACTS = `select * from artifacts where session_key > $1 and session_key <= $2
	order by session_key, artifact_index`;
const LOG = `select * from session_log where session_key > $1 and session_key <= $2
	order by session_key, seq`;
const ACTIVITY = "select max(latest_activity_at) as at from session_stats";

type Query = (sql: string, params?: readonly SqlValue[]) => Promise<SqlRow[]>;

/**
 * Reads a database that several servers shared, row by row and without any of them: plays every
 * session again from its log, whose chain must verify, and counts again what the servers counted.
 * All that it finds is drift. Rejects by code where the database cannot be read.
 */
export async function examineShared(url: string, log: Log): Promise<Finding[]> {
	const storage = await openStorage({
		config: { engine: "postgres", url, testFault: null },
		log,
		onLost: () => undefined,
		what: "crashtest",
	});
	try {
		const query: Query = (sql, params) => storage.driver.query(sql, params);
		return [...(await checkCounters(query)), ...(await checkSessions(query))];
	} finally {
		await storage.commits.drain();
		await storage.close();
	}
}

async function checkCounters(query: Query): Promise<Finding[]> {
	const [[stored], [counted]] = await Promise.all([query(STORED), query(COUNTED)]);
	return compareCounters(stored, counted)
		.filter((each) => each.stored !== each.counted)
		.map((each) => counterDrift(each.name, each.stored, each.counted));
}

async function checkSessions(query: Query): Promise<Finding[]> {
	const findings: Finding[] = [];
	let activityAtMs: number | null = null;
	let after = -1;
	for (let isLast = false; !isLast; ) {
		// 1. Some sessions, and all that lies between them in the other tables.
		const sessions = await query(SESSIONS, [after]);
		isLast = sessions.length < PAGE_SESSIONS;
		const until = isLast ? Number.MAX_SAFE_INTEGER : keyOf(sessions.at(-1));
		const [artifacts, entries] = await Promise.all([
			query(ARTIFACTS, [after, until]).then(byKey),
			query(LOG, [after, until]).then(byKey),
		]);
		after = until;
		// 2. Each of them by itself.
		for (const row of sessions) {
			const log = take(entries, keyOf(row));
			const harm = harmOf(row, take(artifacts, keyOf(row)), log);
			if (harm !== null) findings.push(drifted(String(row["session_id"]), harm));
			const times = [row["started_at"], ...log.map((entry) => entry["recorded_at"] ?? null)];
			for (const at of times)
				if (at !== null && (activityAtMs === null || Number(at) > activityAtMs))
					activityAtMs = Number(at);
		}
		// 3. What belongs to none.
		for (const key of [...artifacts.keys(), ...entries.keys()])
			findings.push(drifted(null, `there are rows of session key ${key}, which does not exist`));
	}
	const [stored] = await query(ACTIVITY);
	const storedAtMs = (stored?.["at"] ?? null) as number | null;
	if (storedAtMs !== activityAtMs)
		findings.push(counterDrift("latestActivityAt", storedAtMs, activityAtMs));
	return findings;
}

function harmOf(row: SqlRow, artifacts: SqlRow[], log: SqlRow[]): string | null {
	try {
		return verifySession(row, artifacts, logEntries(log))?.reason ?? null;
	} catch (error) {
		if (!(error instanceof UnreadableRow || error instanceof SavepointError)) throw error;
		return error.message;
	}
}

const keyOf = (row: SqlRow | undefined): number => Number(row?.["session_key"]);

function byKey(rows: readonly SqlRow[]): Map<number, SqlRow[]> {
	const sorted = new Map<number, SqlRow[]>();
	for (const row of rows) {
		const of = sorted.get(keyOf(row));
		if (of === undefined) sorted.set(keyOf(row), [row]);
		else of.push(row);
	}
	return sorted;
}

function take(sorted: Map<number, SqlRow[]>, key: number): SqlRow[] {
	const rows = sorted.get(key) ?? [];
	sorted.delete(key);
	return rows;
}

const drifted = (session: string | null, sentence: string): Finding => ({
	kind: "drifted",
	session,
	move: null,
	ledgerLine: null,
	sentence: `database: ${sentence}`,
});

const counterDrift = (name: string, stored: number | null, counted: number | null): Finding =>
	drifted(null, `${name} is stored as ${stored} and counted as ${counted}`);
