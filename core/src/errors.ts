/**
 * The stable codes that every room, client and document shares. Sentence, HTTP status, exit code
 * and whether a retry can help stand in `backend/src/errors.ts`; `docs/reference/errors.md` lists
 * them all.
 */
export const ERROR_CODES = [
	// The request itself.
	"BAD_REQUEST",
	"BAD_JSON",
	"BODY_TOO_LARGE",
	"NOT_FOUND",
	"METHOD_NOT_ALLOWED",
	"REQUEST_TIMEOUT",
	"RATE_LIMITED",
	"IDEMPOTENCY_KEY_INVALID",
	"IDEMPOTENCY_KEY_REUSED",
	"INTERNAL",
	// The session and its rules.
	"SESSION_NOT_FOUND",
	"SESSION_ENDED",
	"SESSION_HARMED",
	"ARTIFACT_NOT_AVAILABLE",
	"ARTIFACT_DEPOSITED",
	"ARTIFACT_EXISTS",
	"TOO_MANY_ARTIFACTS",
	"TOO_MANY_MOVES",
	// What strangers may see of an ended session.
	"SESSION_ACTIVE",
	"SESSION_UNRANKED",
	"HIGH_SCORE_EXISTS",
	"REPLAY_NOT_FOUND",
	"REPLAY_GONE",
	// The operator's console.
	"CONSOLE_OFF",
	"SIGN_IN_REQUIRED",
	"PASSWORD_WRONG",
	"SIGN_IN_LOCKED",
	"FORGED_REQUEST",
	"NOTICE_NOT_FOUND",
	"AUDIT_NOT_FOUND",
	"NOTHING_TO_UNDO",
	"UNDO_OUTDATED",
	// Storage cannot take a write now; nothing changed.
	"STORAGE_OVERLOADED",
	"STORAGE_FULL",
	"STORAGE_READ_ONLY",
	"STORAGE_BUSY",
	"STORAGE_AWAY",
	"STORAGE_RECOVERING",
	"SHUTTING_DOWN",
	// A write whose outcome is known to be "not stored", or not known at all.
	"STORAGE_CONFLICT",
	"OUTCOME_UNKNOWN",
	// Backups and restores.
	"BACKUP_NOT_FOUND",
	"BACKUP_FAILED",
	"BACKUP_UNDER_WAY",
	"RESTORE_REFUSED",
	"RESTORE_OUTDATED",
	// Moves, exports and imports.
	"STORAGE_MOVED",
	"MOVE_REFUSED",
	"MOVE_DIFFERS",
	"IMPORT_INVALID",
	"INTERRUPTED",
	// Storage cannot be opened, or had to stop.
	"STORAGE_LOCKED",
	"STORAGE_PERMISSION",
	"STORAGE_MISSING",
	"STORAGE_NOT_A_FILE",
	"STORAGE_FOREIGN",
	"STORAGE_NEWER_SCHEMA",
	"STORAGE_MIGRATION_CHANGED",
	"STORAGE_MIGRATION_MISSING",
	"STORAGE_UNSAFE_FILESYSTEM",
	"STORAGE_VOLUME_REQUIRED",
	"STORAGE_UNSAFE_SETTINGS",
	"STORAGE_IO",
	"STORAGE_CORRUPT",
	"CONFIG_INVALID",
	"SERVER_UNREACHABLE",
	"USAGE",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why a move was refused. A refusal is an answer: it has a receipt and is remembered. */
export type RefusalCode =
	| "ARTIFACT_NOT_AVAILABLE"
	| "ARTIFACT_DEPOSITED"
	| "ARTIFACT_EXISTS"
	| "TOO_MANY_ARTIFACTS"
	| "TOO_MANY_MOVES"
	| "SESSION_ENDED";
