import type { ErrorCode } from "@savepoint/core";

/**
 * The catalogue: one entry a code, and the only place where a code meets a sentence, an HTTP
 * status, an exit code and the question whether a retry can help. `docs/reference/errors.md` lists
 * the same rows; `test/errors.test.ts` holds the two together.
 */
export interface ErrorEntry {
	/** A sentence a person can act on. A more exact one may be given where the error is raised. */
	readonly sentence: string;
	/** null: never travels over HTTP. */
	readonly httpStatus: number | null;
	/** null: never ends a process. */
	readonly exitCode: number | null;
	readonly retryable: boolean;
}

const entry = (
	sentence: string,
	httpStatus: number | null,
	exitCode: number | null = null,
	retryable = false,
): ErrorEntry => ({ sentence, httpStatus, exitCode, retryable });

export const ERRORS: Readonly<Record<ErrorCode, ErrorEntry>> = {
	BAD_REQUEST: entry("The request does not have the shape this call takes.", 400),
	BAD_JSON: entry("The body is not valid JSON.", 400),
	BODY_TOO_LARGE: entry("The body is larger than 100 KiB; send it in smaller parts.", 413),
	NOT_FOUND: entry("There is nothing at this path; the calls are listed at /docs.", 404),
	METHOD_NOT_ALLOWED: entry("This path takes other methods; see the Allow header.", 405),
	REQUEST_TIMEOUT: entry("The request did not arrive in time; send it again.", 408, null, true),
	RATE_LIMITED: entry("Too many writes from this address; wait and try again.", 429, null, true),
	IDEMPOTENCY_KEY_INVALID: entry("An Idempotency-Key has 1 to 64 visible characters.", 400),
	IDEMPOTENCY_KEY_REUSED: entry(
		"This Idempotency-Key was used for another request; take a new key.",
		422,
	),
	INTERNAL: entry("The server made a mistake; it is logged with this request's id.", 500, 70),
	SESSION_NOT_FOUND: entry("Session not found. Start a new one with POST /api/sessions.", 404),
	SESSION_ENDED: entry("Session has ended; its result can still be read.", 404),
	SESSION_HARMED: entry(
		"The stored session does not verify and was left untouched; run `savepoint doctor`.",
		500,
	),
	ARTIFACT_NOT_AVAILABLE: entry("Artifact not available", 400),
	ARTIFACT_DEPOSITED: entry("Artifact is deposited; nothing brings it back.", 409),
	ARTIFACT_EXISTS: entry("The session has an artifact with this id; take another.", 409),
	TOO_MANY_ARTIFACTS: entry("A session takes at most 500 artifacts.", 422),
	TOO_MANY_MOVES: entry("A session takes at most 10,000 moves; end it and start another.", 422),
	SESSION_ACTIVE: entry("Session has not ended; its high score comes after its end.", 409),
	SESSION_UNRANKED: entry(
		"Only a game that was played to its end, for its whole time and with an artifact, can have a high score.",
		409,
	),
	HIGH_SCORE_EXISTS: entry("Session has its high score already.", 409),
	REPLAY_NOT_FOUND: entry("Replay not found; an ended session names its own in `replayId`.", 404),
	REPLAY_GONE: entry("The game is too old to be shown again; its result is kept.", 410),
	CONSOLE_OFF: entry(
		"The console is off. Set SAVEPOINT_ADMIN_PASSWORD and start the server again to turn it on.",
		403,
	),
	SIGN_IN_REQUIRED: entry("Sign in to the console first.", 401),
	PASSWORD_WRONG: entry("This is not the password.", 401),
	SIGN_IN_LOCKED: entry(
		"Too many wrong passwords came from this address; try again later.",
		429,
		null,
		true,
	),
	FORGED_REQUEST: entry("This was not sent by the console itself.", 403),
	NOTICE_NOT_FOUND: entry("There is no notice with this id.", 404),
	AUDIT_NOT_FOUND: entry("There is no entry with this id in the audit log.", 404),
	NOTHING_TO_UNDO: entry("There is nothing to undo here, or it is undone already.", 409),
	UNDO_OUTDATED: entry(
		"The session has gone on since, so this can no longer be undone; restore it from a backup instead.",
		409,
	),
	STORAGE_OVERLOADED: entry("More writes are waiting than the disk can take.", 503, null, true),
	STORAGE_FULL: entry(
		"The disk is full; nothing more is stored until there is space again.",
		503,
		73,
		true,
	),
	STORAGE_READ_ONLY: entry(
		"The database cannot be written; check the owner and permissions of its directory.",
		503,
		77,
		true,
	),
	STORAGE_BUSY: entry("The database is locked by another program.", 503, 75, true),
	STORAGE_AWAY: entry(
		"The database server does not answer; nothing is stored until it does.",
		503,
		75,
		true,
	),
	STORAGE_RECOVERING: entry("The storage is recovering.", 503, null, true),
	SHUTTING_DOWN: entry("The server is shutting down.", 503, null, true),
	STORAGE_CONFLICT: entry(
		"The change was not stored because the session was changed meanwhile; send it again.",
		503,
		null,
		true,
	),
	OUTCOME_UNKNOWN: entry(
		"The storage failed while saving: whether the change was stored is not known. Send it again with the same key.",
		503,
		null,
		true,
	),
	BACKUP_NOT_FOUND: entry("There is no such backup; `savepoint backups` lists them.", 404, 65),
	BACKUP_FAILED: entry("The backup could not be made or verified; nothing of it counts.", 500, 71),
	BACKUP_UNDER_WAY: entry("A backup is being made or proven; wait for its end.", 409),
	RESTORE_REFUSED: entry("The restore would change what must not be changed unasked.", 409, 72),
	RESTORE_OUTDATED: entry(
		"The session has changed since the difference was shown; look at it again.",
		409,
		72,
	),
	STORAGE_MOVED: entry("The data of this storage was moved; start the server there.", null, 79),
	MOVE_REFUSED: entry("The move could lose something; nothing was changed.", null, 76),
	MOVE_DIFFERS: entry("Source and target are not equal; the move does not count.", null, 68),
	IMPORT_INVALID: entry("The file is not a whole export; nothing of it was kept.", null, 67),
	INTERRUPTED: entry("Interrupted; the same command goes on from where it came to.", null, 130),
	STORAGE_LOCKED: entry("Another server uses this database.", null, 80),
	STORAGE_PERMISSION: entry("The database or its directory may not be opened.", null, 77),
	STORAGE_MISSING: entry("There is no database at this path.", null, 66),
	STORAGE_NOT_A_FILE: entry("There is a directory where the database file should be.", null, 81),
	STORAGE_FOREIGN: entry("The file belongs to another program; it was not touched.", null, 82),
	STORAGE_NEWER_SCHEMA: entry(
		"The database was written by a newer version; run that version or a newer one.",
		null,
		83,
	),
	STORAGE_MIGRATION_CHANGED: entry(
		"A migration that this database already has was changed; install the release that wrote it.",
		null,
		84,
	),
	STORAGE_MIGRATION_MISSING: entry(
		"The database has a migration that this version does not know; install the release that wrote it.",
		null,
		85,
	),
	STORAGE_UNSAFE_FILESYSTEM: entry(
		"The data directory is on a network file system, where SQLite's locks cannot be trusted.",
		null,
		86,
	),
	STORAGE_VOLUME_REQUIRED: entry(
		"The data directory would vanish with the container; mount a volume there.",
		null,
		87,
	),
	STORAGE_UNSAFE_SETTINGS: entry(
		"The database did not take the settings that make a commit durable.",
		null,
		88,
	),
	STORAGE_IO: entry(
		"The disk failed while saving; the server stops, and starts again from what is stored.",
		503,
		74,
		true,
	),
	STORAGE_CORRUPT: entry(
		"The database is damaged; the next start sets it aside and begins with what can be kept.",
		503,
		89,
		true,
	),
	CONFIG_INVALID: entry("The configuration has mistakes.", null, 78),
	SERVER_UNREACHABLE: entry("No server answers at this address.", null, 69, true),
	USAGE: entry("The command line has a mistake; --help shows what it takes.", null, 2),
};

/** How long a client is asked to wait before it tries a retryable error again. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Every expected failure, with its code. The message is for people and never holds parameters or
 * what a player typed; the cause, if any, is for the log.
 */
export class SavepointError extends Error {
	override readonly name = "SavepointError";
	readonly code: ErrorCode;

	constructor(code: ErrorCode, message?: string, options?: { cause: unknown }) {
		super(message ?? ERRORS[code].sentence, options);
		this.code = code;
	}

	get entry(): ErrorEntry {
		return ERRORS[this.code];
	}
}
