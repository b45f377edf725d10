import { type Static, Type } from "typebox";
import { literals, nullable, Time } from "./schema-words.js";
import { MovesPage, Session, SessionStats } from "./schemas.js";
import { SESSION_RESULTS } from "./session-state.js";

/**
 * What the operator's console and the server say to each other, under `/api/console`. Everything
 * but `sign-in` needs the cookie that it sets.
 */

// Signing in.
export const SignInBody = Type.Object({ password: Type.String({ minLength: 1, maxLength: 1024 }) });
export type SignInBody = Static<typeof SignInBody>;
export const SignedIn = Type.Object({ expiresAt: Time, serverVersion: Type.String() });
export type SignedIn = Static<typeof SignedIn>;

// Sessions.
export const BACKUP_NAME_LENGTH_MAX = 80;
export const SESSION_FILTERS = ["active", "ended"] as const;
export type SessionFilter = (typeof SESSION_FILTERS)[number];

export const SessionLine = Type.Object({
	sessionId: Type.String(),
	startedAt: Time,
	endedAt: nullable(Time),
	result: nullable(literals(SESSION_RESULTS)),
	/** Ended by the sweep, not by a player. */
	stale: Type.Boolean(),
	durationSeconds: Type.Number(),
	/** As of the stored snapshot: an active session may be further. */
	score: Type.Integer(),
	seq: Type.Integer(),
	/** In this server's memory now. */
	live: Type.Boolean(),
});
export type SessionLine = Static<typeof SessionLine>;

export const SessionLines = Type.Object({
	sessions: Type.Array(SessionLine, { description: "Newest first." }),
	/** For `after` of the next page; null at the end. */
	next: nullable(Type.String()),
});
export type SessionLines = Static<typeof SessionLines>;

export const SessionDetail = Type.Object({
	session: Session,
	watchers: Type.Integer({ description: "Live connections to it on this server." }),
});
export type SessionDetail = Static<typeof SessionDetail>;

export const SessionLog = Type.Object({
	moves: Type.Array(MovesPage.properties.moves.items, { description: "Newest first." }),
	/** For `after` of the next page; null at the end. */
	next: nullable(Type.String()),
});
export type SessionLog = Static<typeof SessionLog>;

// Restoring one session.
export const RestoreChoices = Type.Object({
	backups: Type.Array(
		Type.Object({
			name: Type.String(),
			/** It holds everything that was stored before. */
			createdAt: Time,
			proven: Type.Boolean(),
		}),
		{ description: "Newest first." },
	),
});
export type RestoreChoices = Static<typeof RestoreChoices>;

const Compared = Type.Object({
	seq: Type.Integer(),
	result: nullable(Type.String()),
	score: Type.Integer(),
	remainingArtifacts: Type.Integer(),
	artifacts: Type.Integer(),
	stateHash: Type.String(),
});
/** A session here and in a backup: what a restore would do. */
export const RestoreDiff = Type.Object({
	sessionId: Type.String(),
	/** The backup's name. */
	from: Type.String(),
	here: Compared,
	there: Compared,
	/** The entry of this log whose state the other one is; null: it is of another log. */
	asOf: nullable(Type.Integer()),
	/** Moves made here that would no longer hold; they stay in the log. */
	movesAfter: Type.Integer(),
	artifacts: Type.Object({
		added: Type.Integer(),
		removed: Type.Integer(),
		changed: Type.Integer(),
	}),
});
export type RestoreDiff = Static<typeof RestoreDiff>;
export const RestoreBody = Type.Object({
	/** A name out of `RestoreChoices`. */
	from: Type.String({ minLength: 1, maxLength: BACKUP_NAME_LENGTH_MAX }),
	/** Of the session here, as the difference was shown. */
	seq: Type.Integer({ minimum: 0 }),
});
export type RestoreBody = Static<typeof RestoreBody>;

// The storage and the service, now and over time.
export const Overview = Type.Object({
	at: Time,
	serverVersion: Type.String(),
	startedAt: Time,
	stats: SessionStats,
	sessionsToday: Type.Integer(),
	health: Type.Object({
		status: literals(["ok", "unavailable"]),
		code: nullable(Type.String()),
		reason: nullable(Type.String()),
	}),
	storage: Type.Object({
		engine: Type.String(),
		location: Type.String(),
		warnings: Type.Array(Type.String()),
		recovery: nullable(
			Type.Object({
				at: Type.String(),
				reason: Type.String(),
				quarantine: nullable(Type.String()),
				outcome: Type.String(),
			}),
		),
		databaseBytes: nullable(Type.Integer()),
		walBytes: Type.Integer(),
		tailRows: Type.Integer(),
		freeBytes: nullable(Type.Integer()),
		downtimeMs: Type.Integer(),
	}),
	commits: Type.Object({
		batches: Type.Integer(),
		writes: Type.Integer(),
		largestBatch: Type.Integer(),
		commitMsMean: Type.Number(),
		commitMsMax: Type.Number(),
		queueDepth: Type.Integer(),
	}),
});
export type Overview = Static<typeof Overview>;

export const HISTORY_SPANS = ["hour", "day", "week", "month"] as const;
export type HistorySpan = (typeof HISTORY_SPANS)[number];

/** Totals at a moment; what happened between two is their difference. */
export const HistoryPoint = Type.Object({
	at: Time,
	active: Type.Integer(),
	started: Type.Integer(),
	won: Type.Integer(),
	lost: Type.Integer(),
	abandoned: Type.Integer(),
});
export type HistoryPoint = Static<typeof HistoryPoint>;
export const History = Type.Object({
	span: literals(HISTORY_SPANS),
	points: Type.Array(HistoryPoint, { description: "Oldest first, evenly thinned." }),
});
export type History = Static<typeof History>;

// What is kept, and for how long.
export const RetentionView = Type.Object({
	/** null: for ever. */
	keepDays: nullable(Type.Number()),
	undoDays: Type.Number(),
	/** What would be removed now; null where nothing ever is. */
	preview: nullable(
		Type.Object({
			endedBefore: Time,
			sessions: Type.Integer(),
			moves: Type.Integer(),
			bytes: Type.Integer({ description: "Of the stored values; about right, not exact." }),
			/** Old, and kept because a high score links to them. */
			kept: Type.Integer(),
			/** Hidden already, and waiting for the end of the undo window. */
			waiting: Type.Integer(),
			oldestEndedAt: nullable(Time),
		}),
	),
});
export type RetentionView = Static<typeof RetentionView>;

// Notices to players.
export const NOTICE_TITLE_LENGTH_MAX = 80;
export const NOTICE_MESSAGE_LENGTH_MAX = 500;
export const NoticeBody = Type.Object({
	title: Type.String({ minLength: 1, maxLength: NOTICE_TITLE_LENGTH_MAX }),
	message: Type.String({ minLength: 1, maxLength: NOTICE_MESSAGE_LENGTH_MAX }),
	/** Missing or null: from now on. */
	validFrom: Type.Optional(nullable(Time)),
	validTo: Time,
});
export type NoticeBody = Static<typeof NoticeBody>;
export const Notice = Type.Object({
	id: Type.String(),
	title: Type.String(),
	message: Type.String(),
	validFrom: Time,
	validTo: Time,
});
export type Notice = Static<typeof Notice>;
export const NoticeLine = Type.Object({
	...Notice.properties,
	withdrawnAt: nullable(Time),
	state: literals(["planned", "shown", "over", "withdrawn"]),
});
export type NoticeLine = Static<typeof NoticeLine>;
export const NoticeLines = Type.Object({ notices: Type.Array(NoticeLine) });
export type NoticeLines = Static<typeof NoticeLines>;

// The audit log.
export const AUDIT_ACTIONS = [
	"sign-in",
	"sign-out",
	"end-session",
	"reopen-session",
	"delete-session",
	"undelete-session",
	"restore-session",
	"undo-restore",
	"send-notice",
	"withdraw-notice",
	"show-notice",
	"back-up",
	"prove-backup",
	"backup-result",
	"undo-retention",
	"repair-session",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AuditLine = Type.Object({
	id: Type.String(),
	at: Time,
	action: literals(AUDIT_ACTIONS),
	/** A session's or a notice's id; null where the action has none. */
	subject: nullable(Type.String()),
	/** Where the operator was: the client's address, or `command line`. */
	from: Type.String(),
	before: nullable(Type.Unknown()),
	after: nullable(Type.Unknown()),
	/** The entry that undid this one. */
	undoneBy: nullable(Type.String()),
	/** The action that would undo it now; null: there is none, or it is undone. */
	undo: nullable(literals(AUDIT_ACTIONS)),
});
export type AuditLine = Static<typeof AuditLine>;
export const AuditLines = Type.Object({
	entries: Type.Array(AuditLine, { description: "Newest first." }),
	next: nullable(Type.String()),
});
export type AuditLines = Static<typeof AuditLines>;

/** What operators did to one session, which may be gone. */
export const SessionAudit = Type.Object({
	...AuditLines.properties,
	/** It was taken away and can still be brought back; null: it was not, or it is gone. */
	removal: nullable(
		Type.Object({
			reason: literals(["retention", "operator"]),
			removedAt: Time,
			/** What is stored of it goes after this moment. */
			purgeAt: Time,
		}),
	),
});
export type SessionAudit = Static<typeof SessionAudit>;

/** What an operator's action answers: its entry in the audit log. */
export const ActionAnswer = Type.Object({ entry: AuditLine });
export type ActionAnswer = Static<typeof ActionAnswer>;
