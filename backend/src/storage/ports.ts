import type {
	ErrorCode,
	Level,
	LoggedMove,
	MoveBody,
	OPERATOR_TYPES,
	RefusalCode,
	SessionState,
	StateSnapshot,
} from "@savepoint/core";
import type { CounterChange, Counters } from "../counters.js";
import type { SavepointError } from "../errors.js";
import type { Histogram } from "../histogram.js";
import type { DriverGauges, SqlValue, WriteBatch } from "./driver.js";

/**
 * The upper storage port, in the words of the domain: what the authority in `game/` may ask of a
 * storage and what it may rely on. Types only; `session-repo.ts` and `commit-queue.ts` implement
 * them once, over any driver.
 */

/**
 * A session as the authority plays it and the storage keeps it. The authority owns and changes it.
 */
export interface SessionRecord {
	readonly key: number;
	readonly id: string;
	readonly createKey: string | null;
	/** As it was generated when the session was created: a later generator changes no stored game. */
	readonly level: StoredLevel;
	readonly startedAtMs: number;
	/** Sum of all downtime when it started; its clock subtracts what came after. */
	readonly downtimeBaseMs: number;
	readonly state: SessionState;
	endedAtMs: number | null;
	/** Ended by the sweep. */
	stale: boolean;
	/** Entries in its log. */
	seq: number;
	/** Chain hash of the last entry; of the session's fixed fields while there is none. */
	headHash: string;
	/** Largest play time of any logged move that holds. */
	lastPlayMs: number;
	/** What passed between a state and its restore, which is no play time. */
	pausedMs: number;
	/**
	 * How far play times were ahead of our clock: a player who plays on while we are away does not
	 * get that time again. Not stored; the next move tells it anew.
	 */
	playLeadMs: number;
	/** The log entry that the stored snapshot (row and artifacts) stands for. */
	snapshotSeq: number;
}

export type StoredLevel = Pick<Level, "terrain" | "trashCan" | "playerSpeedPercent">;

/**
 * What is remembered of a move that had an id, so that a resend gets the first answer again (A3).
 */
export interface KeyedEntry {
	readonly seq: number;
	readonly recordedAtMs: number;
	/** The move as logged: another body under the same key is told apart by these two. */
	readonly moveType: number;
	readonly payload: string;
	readonly refusal: RefusalCode | null;
	/** The session right after it. */
	readonly score: number;
	readonly remaining: number;
	readonly deposited: number;
	/** The halves of its state hash, for `formatStateHash`. */
	readonly hashHigh: number;
	readonly hashLow: number;
}

export interface StoredSession {
	readonly record: SessionRecord;
	readonly keyed: Map<string, KeyedEntry>;
}

/** One entry on its way to the log. */
export interface NewEntry {
	readonly moveId: string | null;
	readonly body: LoggedBody;
	readonly playMs: number | null;
	readonly recordedAtMs: number;
	readonly refusal: RefusalCode | null;
}

/**
 * A body as it is logged: a spawn whose artifact the server named, and an end by the sweep or an
 * operator, say so.
 */
export type LoggedBody =
	| (Omit<Extract<MoveBody, { type: "spawn" }>, "artifactId"> & {
			/** null: the id follows from the session and the entry; see `ids.ts`. */
			readonly artifactId: string | null;
	  })
	| Extract<MoveBody, { type: "artifact-status" | "deposit" }>
	| (Extract<MoveBody, { type: "end" }> & {
			/** By the sweep. */
			readonly stale: boolean;
			/** By an operator; neither is what a player did. */
			readonly operator?: boolean;
	  })
	| SetBody;

/**
 * An operator's entry: from it on the session is what it says, whatever it was before. `restored`
 * brings an earlier state back, `reopened` takes that back.
 */
export interface SetBody extends StateSnapshot {
	readonly type: (typeof OPERATOR_TYPES)[number];
	/** The entry of this log whose state holds again; null: the state is of another log. */
	readonly asOf: number | null;
	readonly endedAtMs: number | null;
	readonly stale: boolean;
	readonly lastPlayMs: number;
	readonly pausedMs: number;
}

/** A session whose time is long over, in the order of the sweep. */
export interface DueSession {
	readonly dueAtMs: number;
	readonly key: number;
	readonly id: string;
}

export interface SessionRepository {
	/**
	 * The session, rebuilt from its level and its log and compared with its snapshot; null when there
	 * is none. Throws SESSION_HARMED when row, artifacts or chain do not verify: that session only is
	 * lost to play, and nothing of it is changed.
	 */
	load(id: string): Promise<StoredSession | null>;
	/** As `load`, of a session that was removed and is still stored: for whoever takes that back. */
	loadRemoved(id: string): Promise<StoredSession | null>;
	/** The session that a create with this Idempotency-Key made, or null. */
	findCreated(createKey: string): Promise<string | null>;
	/** The id of the session with this key, or null. */
	findByKey(key: number): Promise<string | null>;
	/** Whether the session with this key was removed because it was old. */
	isRetired(key: number): Promise<boolean>;
	/** Active sessions due at or before `uptimeMs`, after the mark, oldest first. */
	due(uptimeMs: number, after: DueSession | null, limit: number): Promise<DueSession[]>;
	/** Log entries after `after`, in order. Throws SESSION_HARMED when one does not read back. */
	log(session: { key: number; id: string }, after: number, limit: number): Promise<LoggedMove[]>;
	/**
	 * When a player last did something in the session with this key: the end by the sweep is none.
	 */
	lastActivity(key: number): Promise<number>;
	/** Whether other servers may change sessions: then what is cached here is a hint (P4). */
	readonly isShared: boolean;
	/**
	 * Queues the question whether the session is stored as it is in memory. If it is not, the change
	 * it is part of is rejected with STORAGE_CONFLICT.
	 */
	appendVersionCheck(batch: WriteBatch, record: SessionRecord): void;
	/** As `appendVersionCheck`, whether nobody has removed it; for a change that has its own entry. */
	appendPresenceCheck(batch: WriteBatch, record: SessionRecord): void;
	/** Whether the session is stored as it is in memory. */
	isCurrent(record: SessionRecord): Promise<boolean>;
	/** The last entry of each of these sessions, without those that are gone. */
	heads(keys: readonly number[]): Promise<ReadonlyMap<number, number>>;
	/** A key that no session has; never given out twice, also after a crash. */
	nextKey(): number;
	/** Queues the new session's row and sets its head hash. */
	appendSession(batch: WriteBatch, record: SessionRecord): void;
	/**
	 * Queues one log entry, which the rules have already applied to `record.state`, and advances
	 * `seq` and `headHash`. Returns what is to be remembered of a move that has an id, else null.
	 */
	appendEntry(batch: WriteBatch, record: SessionRecord, entry: NewEntry): KeyedEntry | null;
	/** Queues the snapshot: row and artifacts as they are now. */
	appendSnapshot(batch: WriteBatch, record: SessionRecord): void;
	/** As `appendSnapshot`, also over the snapshot of an ended session and over other artifacts. */
	replaceSnapshot(batch: WriteBatch, record: SessionRecord): void;
	/** Whether `appendEntry` would log this body as it did that entry's: a resend, no other move. */
	isSameMove(known: KeyedEntry, body: LoggedBody): boolean;
}

/** One run of a write statement: its place in the list of all, and its parameters. */
export interface PreparedWrite {
	readonly place: number;
	readonly params: readonly SqlValue[];
}

/** Who waits for a change to be on disk. Exactly one of the two is called, once. */
export interface CommitWaiter {
	committed(): void;
	failed(error: SavepointError): void;
}

/** The gate that every change and every answer goes through; see `commit-queue.ts`. */
export interface Commits {
	refusal(): SavepointError | null;
	readonly trouble: StorageTrouble | null;
	readonly counters: Readonly<Counters>;
	downtimeMsAt(nowMs: number): number;
	/**
	 * Opens one session's change: its statements are pushed on the list that comes back, then
	 * `finish` hands the change over, all before the caller returns to the event loop.
	 */
	begin(): WriteBatch;
	finish(sessionKey: number, change: CounterChange | null, waiter: CommitWaiter): void;
	afterPending(sessionKey: number, waiter: CommitWaiter): void;
	drain(): Promise<void>;
}

/** Why the storage takes no writes now, or null while it does. */
export interface StorageTrouble {
	readonly code: ErrorCode;
	readonly reason: string;
}

export interface StorageReport {
	readonly engine: string;
	/** Where the data is: a path, or an address without its password. */
	readonly location: string;
	/** The database's file on this machine; null: a database server keeps it. */
	readonly file: string | null;
	readonly trouble: StorageTrouble | null;
	readonly warnings: readonly string[];
	/** What had to be recovered at start, for `/health` and the log; null on an ordinary day. */
	readonly recovery: RecoveryReport | null;
	readonly gauges: DriverGauges;
	/** Sessions that were found not to verify since the start, and set aside by name. */
	readonly harmedSessions: number;
	readonly commits: CommitReport;
}

/** The commit path in numbers, since the start where it is not said otherwise. */
export interface CommitReport {
	/** Transactions, and the changes in them. */
	readonly batches: number;
	readonly changes: number;
	readonly batchSizes: Histogram;
	readonly commitMs: Histogram;
	/** Changes that wait for their sync now. */
	readonly depth: number;
	readonly heartbeatAgeMs: number;
	/** Of the database's whole life, with the gap that is open now. */
	readonly downtimeMs: number;
	/** As stored. */
	readonly counters: Readonly<Counters>;
}

export interface RecoveryReport {
	readonly at: string;
	/** What was wrong, in one sentence. */
	readonly reason: string;
	/** Where the damaged files were moved, whole; null when there was nothing to move. */
	readonly quarantine: string | null;
	/** What came back and what did not, in one sentence. */
	readonly outcome: string;
	/** The same as numbers, for metrics; null where there was nothing to bring back. */
	readonly tally: RecoveryTally | null;
}

/** What a recovery did, as plain numbers. */
export interface RecoveryTally {
	readonly sessionsBack: number;
	/** Came back with a part of their log. */
	readonly sessionsHarmed: number;
	readonly sessionsLost: number;
	readonly movesFromFile: number;
	readonly movesFromWal: number;
	readonly movesFromBackup: number;
	/** Places where something may be missing without a trace. */
	readonly uncertain: number;
}
