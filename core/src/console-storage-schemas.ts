import { type Static, Type } from "typebox";
import { literals, nullable, Time } from "./schema-words.js";

/** What the console's pages of backups, quarantine and storage show, under `/api/console`. */

// Backups.
export const BACKUP_JOBS = ["back-up", "prove"] as const;
export type BackupJob = (typeof BACKUP_JOBS)[number];

/**
 * Why a backup is kept: an operator asked for it; it is the newest proven one; it is not proven and
 * no newer one is there; or, until a time at the least, the settings keep it. `superseded`: the
 * schedule takes it away next.
 */
export const BACKUP_KEPT = ["asked", "newest", "until-newer", "until", "superseded"] as const;
export type BackupKept = (typeof BACKUP_KEPT)[number];

export const BackupLine = Type.Object({
	name: Type.String(),
	/** Why it was made: `scheduled`, `manual` … */
	label: Type.String(),
	createdAt: Time,
	bytes: Type.Integer(),
	sessions: Type.Integer(),
	moves: Type.Integer(),
	/** Of the storage when it was made; a full restore begins a new one. */
	generation: Type.Integer(),
	/** When it was last restored to a scratch file and verified; null: it does not verify. */
	provenAt: nullable(Time),
	sessionsReplayed: Type.Integer(),
	/** What does not verify, a sentence each. */
	problems: Type.Array(Type.String()),
	kept: literals(BACKUP_KEPT),
	keptUntil: nullable(Time),
});
export type BackupLine = Static<typeof BackupLine>;

export const BackupsView = Type.Object({
	at: Time,
	/** The engine's own name where this server makes no backups of it; else null. */
	elsewhere: nullable(Type.String()),
	directory: Type.String(),
	/** 0: none is made by itself. */
	everyMinutes: Type.Integer(),
	/** The newest of so many hours, days and weeks that have one. */
	keep: Type.Object({ hours: Type.Integer(), days: Type.Integer(), weeks: Type.Integer() }),
	/** When the newest proven backup was made, and when one was last proven by a restore. */
	newestProvenAt: nullable(Time),
	lastProofAt: nullable(Time),
	lastTookMs: nullable(Type.Number()),
	/** What an operator must act on, a sentence each; empty: the newest is as young as it must be. */
	alarms: Type.Array(Type.String()),
	/** What is under way, whoever asked for it. */
	job: nullable(
		Type.Object({
			kind: literals(BACKUP_JOBS),
			backup: nullable(Type.String()),
			startedAt: Time,
			/** What is being done now, for people. */
			step: nullable(Type.String()),
			done: Type.Integer(),
			total: Type.Integer(),
		}),
	),
	backups: Type.Array(BackupLine, { description: "Newest first." }),
	/** For `after` of the next page; null at the end. */
	next: nullable(Type.String()),
});
export type BackupsView = Static<typeof BackupsView>;

// Quarantine.
export const STANDINGS = ["harmed", "cut", "kept", "whole"] as const;
export type SessionStanding = (typeof STANDINGS)[number];

export const QuarantinedLine = Type.Object({
	sessionKey: Type.Integer(),
	/** null: not even its row is there. */
	sessionId: nullable(Type.String()),
	noticedAt: Time,
	standing: literals(STANDINGS),
	reason: Type.String(),
	/** Moves that verify; null: nobody has looked. */
	keptMoves: nullable(Type.Integer()),
	lost: nullable(Type.Object({ fromSeq: Type.Integer(), toSeq: Type.Integer() })),
	rebuiltAt: nullable(Time),
});
export type QuarantinedLine = Static<typeof QuarantinedLine>;

const RecoveryNumbers = Type.Object({
	sessionsBack: Type.Integer(),
	sessionsHarmed: Type.Integer(),
	sessionsLost: Type.Integer(),
	movesFromFile: Type.Integer(),
	movesFromWal: Type.Integer(),
	movesFromBackup: Type.Integer(),
	uncertain: Type.Integer(),
});

export const QuarantineView = Type.Object({
	/** What this start had to recover; null: nothing. */
	recovery: nullable(
		Type.Object({
			at: Type.String(),
			reason: Type.String(),
			outcome: Type.String(),
			tally: nullable(RecoveryNumbers),
		}),
	),
	/** Where damaged files lie whole, newest first, of this start and of earlier ones. */
	setAside: Type.Array(
		Type.Object({
			directory: Type.String(),
			/** What a recovery wrote there for people; null: it wrote none. */
			report: nullable(Type.String()),
		}),
	),
	sessions: Type.Array(QuarantinedLine, { description: "Last noticed first." }),
	next: nullable(Type.String()),
});
export type QuarantineView = Static<typeof QuarantineView>;

// The storage over time.
export const STORAGE_SPANS = ["hour", "day"] as const;
export type StorageSpan = (typeof STORAGE_SPANS)[number];

const Values = Type.Array(Type.Number());
/** null: there was no commit in that interval, or it could not be read. */
const Gaps = Type.Array(nullable(Type.Number()));

/** Columns of the same length, a value for each interval; oldest first. */
export const StorageHistory = Type.Object({
	span: literals(STORAGE_SPANS),
	/** Samples are kept in memory: there are none of before the server's start. */
	since: Time,
	intervalSeconds: Type.Number(),
	/** Seconds since 1970, at the interval's end. */
	at: Values,
	batchesPerSecond: Values,
	changesPerBatch: Gaps,
	syncMsP50: Gaps,
	syncMsP99: Gaps,
	/** The most that was seen in the interval; so too the next ones but for what is free. */
	queueDepth: Values,
	walBytes: Values,
	usedBytes: Gaps,
	freeBytes: Gaps,
	eventLoopMsP99: Values,
	memoryBytes: Values,
});
export type StorageHistory = Static<typeof StorageHistory>;
