/**
 * Every bound of the server in one place; those that the browser must know are in
 * core/src/limits.ts.
 */

// Commit queue.
/** Changes that may wait for the next transaction; beyond it 503, before anything changed (G3). */
export const QUEUED_WRITES_MAX = 20_000;
/**
 * The same bound in plain values (a move has eleven): what one transaction can hold, and so its
 * age.
 */
export const QUEUED_VALUES_MAX = 200_000;
/** A durable heartbeat is at most this old while sessions are active. */
export const HEARTBEAT_INTERVAL_MS = 250;
/** A gap between durable heartbeats longer than this is downtime. */
export const DOWNTIME_GAP_MS = 2 * HEARTBEAT_INTERVAL_MS;
/** After "unavailable" the queue tries a heartbeat this often until one is stored. */
export const HEAL_PROBE_MS = 500;

// Sessions in memory.
export const CACHED_SESSIONS_MAX = 10_000;
/** What is remembered of their moves takes about 230 bytes each, and a session may have 10,000. */
export const CACHED_MOVES_MAX = 500_000;
/**
 * Log entries are read and replayed in pages, so that a long session never holds the event loop.
 */
export const REPLAY_PAGE_MOVES = 1_000;

// High scores.
export const HIGH_SCORES_LISTED_MAX = 100;
/** A game that ended so little too soon still ran its time: two clocks never quite agree. */
export const REAL_TIME_TOLERANCE_MS = 1_000;

// Replays.
/** Moves of the replays that are kept in memory: a few megabytes. */
export const KEPT_REPLAY_MOVES_MAX = 30_000;

// Sweep of stale sessions.
export const SWEEP_INTERVAL_MS = 1_000;
export const SWEEP_BATCH_SESSIONS = 50;
/** Stale: not ended after this many times its duration. */
export const STALE_DURATIONS = 2;

// SQLite.
export const BUSY_TIMEOUT_MS = 5_000;
export const TAIL_ROWS_MAX = 4_096;
/** How long logs of finished sessions are packed for before the next batch gets its turn. */
export const PACK_BUDGET_MS = 5;
export const CHECKPOINT_WAL_BYTES = 8 * 1024 * 1024;
export const WAL_ALARM_BYTES = 64 * 1024 * 1024;
export const JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024;
export const LOW_SPACE_BYTES = 64 * 1024 * 1024;
/** Kept beside the database and given back when the disk is full, for a clean shutdown. */
export const RESERVE_FILE_BYTES = 1024 * 1024;
/** After a full disk, writes are tried again when this much is free. */
export const RESUME_FREE_BYTES = 4 * 1024 * 1024;

// HTTP and WebSocket.
export const MOVES_PAGE_MAX = 1_000;
export const MOVES_PAGE_DEFAULT = 256;
export const REQUEST_TIMEOUT_MS = 30_000;
export const IDLE_CONNECTION_MS = 72_000;
/**
 * Requests that may wait on one connection behind an answer that has not left. Node reads 64 KiB at
 * a time, which can hold more than a thousand requests, and keeps every answer until it is read.
 */
export const PIPELINED_REQUESTS_MAX = 32;
export const SHUTDOWN_GRACE_MS = 10_000;
export const SOCKET_MESSAGES_PER_MINUTE = 6_000;
export const SOCKET_MESSAGES_IN_FLIGHT_MAX = 64;
export const SOCKET_BUFFERED_BYTES_MAX = 1024 * 1024;
export const SOCKET_PING_MS = 30_000;
/** Ids are shorter; a longer one is of no session. */
export const PARAM_LENGTH_MAX = 128;
export const WRITE_LIMIT_WINDOW_MS = 60_000;
/** A live connection that was told to close and does not is cut after this. */
export const SOCKET_CLOSE_MS = 2_000;
/** What the server cannot do just now is in the log at most so often, for each code. */
export const UNAVAILABLE_LOGGED_MS = 1_000;
/** Time for the last answers to leave after the storage was lost. */
export const LOST_GRACE_MS = 250;

// Backups.
/** What a backup leaves free on its disk, which may be the one that the moves go to. */
export const BACKUP_SPARE_BYTES = 128 * 1024 * 1024;
/** A server that has just started has better things to do. */
export const BACKUP_FIRST_MS = 30_000;
export const BACKUP_CHECK_MS = 30_000;
/** After an attempt that failed. */
export const BACKUP_RETRY_MS = 300_000;
/** So much later than the schedule says a proven one may be there before an operator is alarmed. */
export const BACKUP_OVERDUE_MS = 10 * 60_000;
/** For so long a list of backups is told again without a look at their directory. */
export const BACKUPS_KNOWN_MS = 5_000;
/** A socket's path is longer than the system allows from here on. */
export const SOCKET_PATH_BYTES_MAX = 107;
// The operator's console.
export const ADMIN_PASSWORD_LENGTH_MIN = 12;
/** Wrong passwords from one address within the window before it is locked out. */
export const SIGN_IN_FAILURES_MAX = 5;
export const SIGN_IN_FAILURES_WINDOW_MS = 10 * 60_000;
export const SIGN_IN_LOCK_MS = 15 * 60_000;
/** Addresses whose failures are remembered. */
export const ATTEMPT_ORIGINS_MAX = 10_000;
/** Passwords that may wait for their turn to be checked: each takes a third of a second. */
export const SIGN_INS_WAITING_MAX = 8;
export const SIGN_IN_LIFETIME_MS = 12 * 3_600_000;
export const CONSOLE_PAGE_MAX = 200;
export const CONSOLE_PAGE_DEFAULT = 50;
export const NOTICES_LISTED_MAX = 200;
/** How often the counters are sampled for the console's charts. */
export const HISTORY_SAMPLE_MS = 60_000;
/** Older samples than this are thinned out to one an hour. */
export const HISTORY_FINE_MS = 8 * 24 * 3_600_000;
export const HISTORY_THIN_ROWS = 500;
export const HISTORY_POINTS_MAX = 400;
/** How the storage does, kept in memory: every five seconds for an hour, each minute for a day. */
export const STORAGE_FINE_MS = 5_000;
export const STORAGE_FINE_POINTS_MAX = 720;
export const STORAGE_COARSE_EVERY = 12;
export const STORAGE_COARSE_POINTS_MAX = 1_440;
/** Directories of damaged files that the console names. */
export const SET_ASIDE_LISTED_MAX = 50;

// Retention.
export const RETENTION_INTERVAL_MS = 10 * 60_000;
/** Sessions that are marked in one transaction. */
export const RETENTION_PAGE_SESSIONS = 200;
/** Sessions that are deleted in one transaction: each takes its log along. */
export const PURGE_PAGE_SESSIONS = 20;

// PostgreSQL.
/** How long a connection may take to be made. */
export const DATABASE_CONNECT_SECONDS = 3;
export const DATABASE_RECONNECT_SECONDS = 0.2;
/** A row or table that somebody else holds; then 503, and the queue tries again. */
export const DATABASE_LOCK_TIMEOUT_MS = 2_000;
/** For one statement, on the server. */
export const DATABASE_STATEMENT_TIMEOUT_MS = 10_000;
/** For one transaction, seen from here: a server that is frozen or cut off says nothing at all. */
export const DATABASE_COMMIT_TIMEOUT_MS = 5_000;
/** For one read, seen from here. */
export const DATABASE_READ_TIMEOUT_MS = 10_000;
/** Reads at a time. */
export const DATABASE_READERS_MAX = 4;
/** Transactions that stood in each other's way are run again so often (P4). */
export const DATABASE_RETRIES_MAX = 8;
/** Each slot has so many session keys: 2^21 slots of 2^32 keys are what a double counts exactly. */
export const KEYS_PER_SLOT = 2 ** 32;
/** Ours and the database's idea of the time may differ so much before it counts as set back. */
export const CLOCK_SET_BACK_MS = 5_000;
/** How often a server looks at what others did to the sessions that are watched here. */
export const FOREIGN_CHANGES_MS = 200;
/** Asked for in one query. */
export const FOREIGN_CHANGES_BATCH = 200;
/** How often a call is decided again because another server was quicker. */
export const CONFLICT_RETRIES_MAX = 20;

// Moving a storage.
/** Rows that are read, and written in one transaction, at a time; fewer where they are large. */
export const MOVE_PAGE_ROWS = 5_000;
export const MOVE_PAGE_BYTES = 4 * 1024 * 1024;
/** Sessions in one transaction, and about how many moves they may have together. */
export const MOVE_BATCH_SESSIONS = 2_000;
export const MOVE_BATCH_MOVES = 20_000;
/** An active session may have more moves than its row says. */
export const MOVE_ACTIVE_WEIGHT = 200;
/** Sessions that are copied again in one transaction. */
export const MOVE_AGAIN_SESSIONS = 200;
export const MOVE_WAL_BYTES = 64 * 1024 * 1024;
/** Each as long as the engine waits for a lock. */
export const MOVE_HOLD_TRIES = 12;
/** Rounds of catching up beside a running server, at most. */
export const MOVE_ROUNDS_MAX = 6;
/** So few sessions are left for the step in which no server can write. */
export const MOVE_LAST_SESSIONS = 200;
/** Differences that are named; all are counted. */
export const MOVE_DIFFERENCES_MAX = 20;
/** A server that shares a database has told that it lives within this time. */
export const MOVE_ALIVE_MS = 3_000;
/** Characters of one line of an export; the largest session takes a few million. */
export const EXPORT_LINE_MAX = 64 * 1024 * 1024;
