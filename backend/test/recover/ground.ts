import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { SqlRow } from "#src/storage/driver.js";
import { highScoreParams, insertHighScore } from "#src/storage/high-scores/high-score-rows.js";
import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { logEntries } from "#src/storage/packed-log.js";
import { quarantinedParams, settleQuarantined } from "#src/storage/quarantined/quarantined-rows.js";
import { readInstance } from "#src/storage/sqlite-instance.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { SqliteWriter } from "#src/storage/sqlite-writer.js";
import { copyDirectory } from "../storage/fixtures/files.js";
import {
	createSession,
	endMove,
	openTestStorage,
	playMoves,
	someMoves,
	type TestStorage,
} from "../support/storage.js";

/** A stored database whose content is known row by row, to be damaged. */
export interface Ground {
	readonly directory: string;
	readonly name: "killed" | "stopped";
	readonly truth: Truth;
}

export interface Truth {
	/** By session key: the row, and the log in order. */
	readonly sessions: ReadonlyMap<number, { row: SqlRow; log: readonly SqlRow[] }>;
	/** Other tables that carry checksums: rows by their first column. */
	readonly tables: Readonly<Record<"high_scores" | "quarantined_sessions", readonly SqlRow[]>>;
}

export const DATABASE = "game.sqlite";
const LOG = "select * from session_log order by session_key, seq";

/** Wherever an entry lies, it is compared by what it says; hashes follow from that. */
const bare = ({ hash: _hash, packed: _packed, ...entry }: SqlRow): SqlRow => entry;

function entriesOf(row: SqlRow): SqlRow[] {
	try {
		return logEntries([row]).map(bare);
	} catch {
		// A packed log that was damaged; its session is harmed.
		return [];
	}
}

/** Opens a database of our own making; for files that nobody serves. */
export function readTruth(database: string): Truth {
	const connection = new Database(database, { readonly: true });
	try {
		const all = (sql: string) => connection.prepare(sql).all() as SqlRow[];
		const sessions = new Map<number, { row: SqlRow; log: SqlRow[] }>();
		for (const row of all("select * from sessions order by session_key"))
			sessions.set(Number(row["session_key"]), { row, log: [] });
		for (const row of all(LOG))
			sessions.get(Number(row["session_key"]))?.log.push(...entriesOf(row));
		const tables = {
			high_scores: all("select * from high_scores order by score_id"),
			quarantined_sessions: all("select * from quarantined_sessions order by session_key"),
		};
		return { sessions, tables };
	} finally {
		connection.close();
	}
}

const CLAIMS = [undefined, "won", "lost", null] as const;

/** Of each four sessions one is active; each has some eight moves. */
async function play({ store }: TestStorage, count: number, isGoingOn: boolean): Promise<void> {
	for (let at = 0; at < count; at += 1) {
		const session = await createSession(store);
		const moves = someMoves(session, 3);
		await playMoves(store, session.sessionId, moves);
		const claim = isGoingOn ? undefined : CLAIMS[at % 4];
		if (claim !== undefined) await playMoves(store, session.sessionId, [endMove(claim)]);
	}
}

/** What the server does when it is idle: the logs of finished sessions become one row each. */
export function packLogs(database: string): void {
	const writer = new SqliteWriter({ path: database, unsafeSync: false });
	writer.prepare(new StatementList(MODULES).all);
	while (writer.packLogs(1_000) > 0);
	writer.checkpoint("truncate");
	writer.close();
}

/** High scores, and rows so long that they go on on pages of their own. */
async function addOthers({ storage }: TestStorage): Promise<void> {
	const scores = Array.from({ length: 40 }, (_, at) => ({
		id: `score-${at}`,
		createdAtMs: 1_000 + at,
		createKey: null,
		playerTag: `player ${at}`,
		result: "won" as const,
		remaining: at,
		proof: null,
	}));
	const long = Array.from({ length: 6 }, (_, at) => ({
		sessionKey: 900_000 + at,
		noticedAtMs: at,
		standing: "harmed" as const,
		reason: "a test",
		keptMoves: null,
		lost: null,
		rebuiltAtMs: null,
		evidence: `["${String(at).repeat(9_000)}"]`,
	}));
	const { driver, statements } = storage;
	const outcome = await driver.commit([
		...scores.flatMap((one, at) => [
			statements.placeOf(insertHighScore),
			-1 - at,
			...highScoreParams(one),
		]),
		...long.flatMap((one, at) => [
			statements.placeOf(settleQuarantined),
			-100 - at,
			...quarantinedParams(one),
		]),
	]);
	if (outcome.kind !== "committed") throw new Error(outcome.reason);
}

/**
 * Makes the two grounds: a database as kill -9 leaves it, with much in the -wal, and one as an
 * orderly end leaves it. Each has a proven backup in `backup/` that is older by a third of the
 * sessions.
 */
export async function makeGrounds(sessions: number): Promise<Ground[]> {
	const directory = mkdtempSync(join(tmpdir(), "savepoint-ground-"));
	const database = join(directory, DATABASE);
	// 1. What the backup will hold.
	const first = await openTestStorage(database);
	await play(first, Math.ceil(sessions / 3), false);
	await addOthers(first);
	await first.close();
	packLogs(database);
	const backup = makeBackup(directory);
	// 2. What is in the file.
	const second = await openTestStorage(database);
	await play(second, Math.ceil(sessions / 3), false);
	await second.close();
	packLogs(database);
	// 3. What is in the -wal, copied as a kill leaves it.
	const third = await openTestStorage(database);
	await play(third, Math.ceil(sessions / 6), false);
	await play(third, Math.ceil(sessions / 6), true);
	const killed = mkdtempSync(join(tmpdir(), "savepoint-ground-"));
	copyDirectory(directory, killed);
	await third.close();
	const grounds: Ground[] = [
		{ directory: killed, name: "killed", truth: truthOfCopy(killed) },
		{ directory, name: "stopped", truth: truthOfCopy(directory) },
	];
	for (const ground of grounds) copyDirectory(backup, join(ground.directory, "backup"));
	rmSync(backup, { recursive: true });
	return grounds;
}

/** Reading a database in WAL mode leaves traces beside it; so a copy is read. */
function truthOfCopy(directory: string): Truth {
	const copy = mkdtempSync(join(tmpdir(), "savepoint-truth-"));
	copyDirectory(directory, copy);
	const truth = readTruth(join(copy, DATABASE));
	rmSync(copy, { recursive: true });
	return truth;
}

function makeBackup(directory: string): string {
	const paths = databasePaths(join(directory, DATABASE));
	const target = mkdtempSync(join(tmpdir(), "savepoint-backup-"));
	const entry = join(target, "2026-01-01T00-00-00-000Z-scheduled");
	mkdirSync(entry);
	const copy = join(entry, "savepoint.sqlite");
	cpSync(paths.database, copy);
	const reading = readInstance(paths.instance);
	const manifest = {
		format: 1,
		label: "scheduled",
		createdAt: "2026-01-01T00:00:00.000Z",
		appVersion: "0",
		schemaVersion: 1,
		instanceId: reading.kind === "read" ? reading.instance.instanceId : "",
		generation: 0,
		bytes: statSync(copy).size,
		sha256: "0",
		sessions: 0,
		moves: 0,
		counters: {},
		provenAt: "2026-01-01T00:00:01.000Z",
		proof: { depth: "full", tookMs: 1, sessionsReplayed: 0, problems: [] },
	};
	writeFileSync(join(entry, "manifest.json"), JSON.stringify(manifest));
	return target;
}

/** A copy to be damaged, in a directory of its own. */
export function copyGround({ directory }: Ground, withBackup: boolean): string {
	const copy = mkdtempSync(join(tmpdir(), "savepoint-damaged-"));
	for (const suffix of ["", "-wal", ".instance"])
		if (statSync(join(directory, DATABASE + suffix), { throwIfNoEntry: false }) !== undefined)
			cpSync(join(directory, DATABASE + suffix), join(copy, DATABASE + suffix));
	if (withBackup) copyDirectory(join(directory, "backup"), join(copy, "backups"));
	return copy;
}
