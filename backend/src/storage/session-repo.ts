import type { LoggedMove } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { REPLAY_PAGE_MOVES } from "../limits.js";
import type { SqlDriver, SqlRow, SqlValue, WriteBatch, WriteStatement } from "./driver.js";
import { loggedMove } from "./logged-move.js";
import type { StatementList, StorageModule } from "./module.js";
import { insertPackedLog, logEntries } from "./packed-log.js";
import { isByPlayer } from "./player-activity.js";
import type {
	DueSession,
	KeyedEntry,
	LoggedBody,
	NewEntry,
	SessionRecord,
	SessionRepository,
	StoredSession,
} from "./ports.js";
import { keyedEntry, Rebuild } from "./rebuild.js";
import { chainHash, encodeMoveType, encodePayload, UnreadableRow } from "./serializers.js";
import { updateCounters, updateHeartbeat } from "./service-rows.js";
import {
	artifactParams,
	deleteArtifacts,
	insertSession,
	replacedParams,
	replaceSession,
	sessionGenesis,
	sessionParams,
	snapshotParams,
	updateSession,
	upsertArtifact,
} from "./session-rows.js";

const REMOVED = "exists (select 1 from removed_sessions r where r.session_key = s.session_key)";
/** A removed session is hidden from everybody, until the mark is taken back or it goes. */
export const NOT_REMOVED = `not ${REMOVED}`;

export const insertMove: WriteStatement = {
	sql: `insert into move_tail
			(session_key, seq, move_id, move_type, play_ms, recorded_at, refusal, payload, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
	paramCount: 9,
	changes: 1,
};

/** An entry of the log as it was read, for `insertMove`. */
export const storedMoveParams = (row: SqlRow): SqlValue[] =>
	LOG_COLUMNS.map((column) => (row[column] ?? null) as SqlValue);

const LOG_COLUMNS = [
	"session_key",
	"seq",
	"move_id",
	"move_type",
	"play_ms",
	"recorded_at",
	"refusal",
	"payload",
	"hash",
] as const;

/**
 * Finds a row while a session that is cached here is as it was cached: nobody has appended to its
 * log, and nobody has removed it.
 */
const checkVersion: WriteStatement = {
	sql: `select 1 as found from sessions s
		where session_key = $1
			and not exists (
				select 1 from move_tail m where m.session_key = s.session_key and m.seq > $2)
			and ${NOT_REMOVED}`,
	paramCount: 2,
	changes: 1,
};

/** Finds a row while nobody has removed the session. */
const checkPresence: WriteStatement = {
	sql: `select 1 as found from sessions s where session_key = $1 and ${NOT_REMOVED}`,
	paramCount: 1,
	changes: 1,
};

/** Sessions, their logs and the service's own rows: the first module of the list. */
export const SESSIONS: StorageModule = {
	name: "sessions",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [
		insertMove,
		checkVersion,
		checkPresence,
		insertSession,
		updateSession,
		replaceSession,
		deleteArtifacts,
		upsertArtifact,
		insertPackedLog,
		updateCounters,
		updateHeartbeat,
	],
};

const SELECT_LOG =
	"select * from session_log where session_key = $1 and seq > $2 order by seq limit $3";
type Places =
	| "check"
	| "presence"
	| "move"
	| "session"
	| "snapshot"
	| "artifact"
	| "replaced"
	| "noArtifacts";
/** One more than a session may have, so that a surplus row is seen and not cut off. */
const ARTIFACT_ROWS_MAX = 501;

/** Written once, over any driver. Promises: see `SessionRepository` in ports.ts. */
export class SessionRepo implements SessionRepository {
	readonly isShared: boolean;
	readonly #driver: SqlDriver;
	readonly #places: Readonly<Record<Places, number>>;
	#lastKey: number;
	/** Hears of each session that does not verify, with why and its row. */
	onHarmed: (key: number, reason: string, row: SqlRow) => void = () => undefined;

	constructor(driver: SqlDriver, statements: StatementList, lastKey: number) {
		this.#driver = driver;
		this.isShared = driver.isShared;
		this.#places = {
			check: statements.placeOf(checkVersion),
			presence: statements.placeOf(checkPresence),
			move: statements.placeOf(insertMove),
			session: statements.placeOf(insertSession),
			snapshot: statements.placeOf(updateSession),
			artifact: statements.placeOf(upsertArtifact),
			replaced: statements.placeOf(replaceSession),
			noArtifacts: statements.placeOf(deleteArtifacts),
		};
		this.#lastKey = lastKey;
	}

	load(id: string): Promise<StoredSession | null> {
		return this.#loadWhere(id, NOT_REMOVED);
	}

	loadRemoved(id: string): Promise<StoredSession | null> {
		return this.#loadWhere(id, REMOVED);
	}

	async #loadWhere(id: string, condition: string): Promise<StoredSession | null> {
		let row = await this.#readRow(id, condition);
		while (row !== null) {
			try {
				return await this.#rebuild(row);
			} catch (error) {
				if (!(error instanceof UnreadableRow)) throw error;
				// Row, artifacts and log are read one after the other. Where the row has changed meanwhile,
				// as by an end that came just then, they were of two moments, and that is no damage.
				const rowNow = await this.#readRow(id, condition);
				if (rowNow?.["checksum"] === row["checksum"]) {
					this.onHarmed(Number(row["session_key"]), error.message, row);
					throw asHarmed(error);
				}
				row = rowNow;
			}
		}
		return null;
	}

	async #readRow(id: string, condition: string): Promise<SqlRow | null> {
		const [row] = await this.#driver.query(
			`select * from sessions s where session_id = $1 and ${condition}`,
			[id],
		);
		return row ?? null;
	}

	/** Throws UnreadableRow with the first thing that does not verify. */
	async #rebuild(row: SqlRow): Promise<StoredSession> {
		const key = Number(row["session_key"]);
		const artifacts = await this.#driver.query(
			"select * from artifacts where session_key = $1 order by artifact_index limit $2",
			[key, ARTIFACT_ROWS_MAX],
		);
		const rebuild = new Rebuild(row, artifacts);
		for (;;) {
			const page = await this.#readLog(key, rebuild.seq, REPLAY_PAGE_MOVES);
			rebuild.feed(page);
			if (page.length < REPLAY_PAGE_MOVES) return rebuild.finish();
		}
	}

	async findCreated(createKey: string): Promise<string | null> {
		const [row] = await this.#driver.query(
			"select session_id from sessions where create_key = $1",
			[createKey],
		);
		return row === undefined ? null : String(row["session_id"]);
	}

	async findByKey(key: number): Promise<string | null> {
		const [row] = await this.#driver.query(
			`select session_id from sessions s where session_key = $1 and ${NOT_REMOVED}`,
			[key],
		);
		return row === undefined ? null : String(row["session_id"]);
	}

	async isRetired(key: number): Promise<boolean> {
		const rows = await this.#driver.query(
			`select 1 as found from removed_sessions where session_key = $1 and reason = 'retention'
			union all
			select 1 from archived_sessions where session_key = $1 and reason = 'retention'`,
			[key],
		);
		return rows.length > 0;
	}

	async due(uptimeMs: number, after: DueSession | null, limit: number): Promise<DueSession[]> {
		const rows = await this.#driver.query(
			`select due_at, session_key, session_id from sessions s
			where ${NOT_REMOVED} and result is null and due_at <= $1
				and (due_at > $2 or (due_at = $2 and session_key > $3))
			order by due_at, session_key limit $4`,
			[uptimeMs, after?.dueAtMs ?? Number.MIN_SAFE_INTEGER, after?.key ?? 0, limit],
		);
		return rows.map((row) => ({
			dueAtMs: Number(row["due_at"]),
			key: Number(row["session_key"]),
			id: String(row["session_id"]),
		}));
	}

	async log(
		session: { key: number; id: string },
		after: number,
		limit: number,
	): Promise<LoggedMove[]> {
		try {
			const rows = await this.#readLog(session.key, after, limit);
			return rows.map((row) => loggedMove(row, session.id));
		} catch (error) {
			throw asHarmed(error);
		}
	}

	async lastActivity(key: number): Promise<number> {
		const [session] = await this.#driver.query(
			"select started_at, result, seq from sessions where session_key = $1",
			[key],
		);
		if (session === undefined) return 0;
		try {
			// Backwards over what the sweep and operators did: a few entries at most.
			for (let seq = await this.#lastSeq(key, session); seq > 0; seq -= 1) {
				const [entry] = await this.#readLog(key, seq - 1, 1);
				if (entry === undefined) break;
				if (isByPlayer(entry)) return Number(entry["recorded_at"]);
			}
		} catch (error) {
			// Of a log that does not read back nobody knows more than when it began.
			if (!(error instanceof UnreadableRow)) throw error;
		}
		return Number(session["started_at"]);
	}

	/** The row of an active session may be behind its log. */
	async #lastSeq(key: number, { result, seq }: SqlRow): Promise<number> {
		if (result !== null) return Number(seq);
		const [last] = await this.#driver.query(
			"select max(seq) as seq from session_log where session_key = $1",
			[key],
		);
		return Number(last?.["seq"] ?? 0);
	}

	async #readLog(key: number, after: number, limit: number): Promise<SqlRow[]> {
		const rows = await this.#driver.query(SELECT_LOG, [key, after, limit]);
		return logEntries(rows, after, limit);
	}

	nextKey(): number {
		this.#lastKey += 1;
		return this.#lastKey;
	}

	appendSession(batch: WriteBatch, record: SessionRecord): void {
		record.headHash = sessionGenesis(record);
		batch.push(this.#places.session, record.key, ...sessionParams(record));
	}

	appendEntry(batch: WriteBatch, record: SessionRecord, entry: NewEntry): KeyedEntry | null {
		const payload = encodePayload(entry.body);
		const link = {
			seq: record.seq + 1,
			moveId: entry.moveId,
			moveType: encodeMoveType(entry.body.type),
			playMs: entry.playMs,
			recordedAtMs: entry.recordedAtMs,
			refusal: entry.refusal,
			payload,
		};
		const hash = chainHash(record.headHash, link);
		batch.push(
			this.#places.move,
			record.key,
			record.key,
			link.seq,
			link.moveId,
			link.moveType,
			link.playMs,
			link.recordedAtMs,
			link.refusal,
			payload,
			hash,
		);
		record.seq = link.seq;
		record.headHash = hash;
		if (entry.playMs !== null && entry.playMs > record.lastPlayMs) record.lastPlayMs = entry.playMs;
		return entry.moveId === null ? null : keyedEntry(record, link);
	}

	appendVersionCheck(batch: WriteBatch, { key, seq }: SessionRecord): void {
		batch.push(this.#places.check, key, key, seq);
	}

	appendPresenceCheck(batch: WriteBatch, { key }: SessionRecord): void {
		batch.push(this.#places.presence, key, key);
	}

	async isCurrent({ key, seq }: SessionRecord): Promise<boolean> {
		return (await this.#driver.query(checkVersion.sql, [key, seq])).length > 0;
	}

	async heads(keys: readonly number[]): Promise<Map<number, number>> {
		const marks = keys.map((_, at) => `$${at + 1}`).join(", ");
		const rows = await this.#driver.query(
			`select session_key, (
				select max(seq) from move_tail m where m.session_key = s.session_key) as seq
			from sessions s where session_key in (${marks}) and ${NOT_REMOVED}`,
			keys,
		);
		return new Map(rows.map((row) => [Number(row["session_key"]), Number(row["seq"] ?? 0)]));
	}

	appendSnapshot(batch: WriteBatch, record: SessionRecord): void {
		batch.push(this.#places.snapshot, record.key, ...snapshotParams(record));
		this.#appendArtifacts(batch, record);
	}

	replaceSnapshot(batch: WriteBatch, record: SessionRecord): void {
		batch.push(this.#places.replaced, record.key, ...replacedParams(record));
		batch.push(this.#places.noArtifacts, record.key, record.key);
		this.#appendArtifacts(batch, record);
	}

	#appendArtifacts(batch: WriteBatch, record: SessionRecord): void {
		record.snapshotSeq = record.seq;
		for (const artifact of record.state.artifacts.values())
			batch.push(this.#places.artifact, record.key, ...artifactParams(record.key, artifact));
	}

	isSameMove(known: KeyedEntry, body: LoggedBody): boolean {
		return known.moveType === encodeMoveType(body.type) && known.payload === encodePayload(body);
	}
}

const asHarmed = (error: unknown): unknown =>
	error instanceof UnreadableRow
		? new SavepointError("SESSION_HARMED", undefined, { cause: error })
		: error;
