import type { RestoreChoices, RestoreDiff } from "@savepoint/core";
import type { Along } from "../game/operator-deeds.js";
import type { HistorySample } from "../storage/history/history-repo.js";
import type { LoneStatement } from "../storage/lone-changes.js";
import type { StoredNotice } from "../storage/notices/ports.js";
import type { StoredAuditEntry, StoredSignIn } from "../storage/operators/ports.js";
import type { Removal } from "../storage/removals/ports.js";
import type { DirectoryQuery, SessionListing } from "../storage/session-directory.js";

/** What the operator's room asks of the storage, and of the live sessions. Types only. */

export interface LoneWriter {
	write(statements: readonly LoneStatement[]): Promise<void>;
}

export interface AuditStore {
	page(before: string | null, limit: number): Promise<StoredAuditEntry[]>;
	/** Of one session or notice; else as `page`. */
	pageOf(subject: string, before: string | null, limit: number): Promise<StoredAuditEntry[]>;
	find(id: string): Promise<StoredAuditEntry | null>;
	insertion(entry: Omit<StoredAuditEntry, "undoneBy">): LoneStatement;
	undoing(undoneId: string, by: string): LoneStatement;
}

export interface SignInStore {
	find(tokenHash: string): Promise<StoredSignIn | null>;
	insertion(signIn: StoredSignIn): LoneStatement;
	deletion(tokenHash: string): LoneStatement;
	expiry(nowMs: number): LoneStatement;
}

export interface NoticeStore {
	current(nowMs: number, limit: number): Promise<StoredNotice[]>;
	newest(limit: number): Promise<StoredNotice[]>;
	find(id: string): Promise<StoredNotice | null>;
	insertion(notice: StoredNotice): LoneStatement;
	withdrawal(id: string, atMs: number | null): LoneStatement;
}

export interface HistoryStore {
	since(fromMs: number, stepMs: number, limit: number): Promise<HistorySample[]>;
	sample(sample: HistorySample): LoneStatement;
	thinning(beforeMs: number, rows: number): LoneStatement;
}

export interface Directory {
	page(query: DirectoryQuery): Promise<SessionListing[]>;
}

/** The marks of removed sessions. */
export interface SessionRemovals {
	find(sessionId: string): Promise<Removal | null>;
	mark(removal: Omit<Removal, "sessionId">): LoneStatement;
	unmark(sessionKey: number): LoneStatement;
}

/** One session restored from a backup; `operations/restore-session.ts` does it. */
export interface SessionRestores {
	choices(): RestoreChoices["backups"];
	compare(from: string, sessionId: string): Promise<RestoreDiff>;
	restore(from: string, sessionId: string, seq: number, along: Along): Promise<unknown>;
	undo(sessionId: string, seq: number, along: Along): Promise<unknown>;
}

/** What is in memory of a session, on this server. */
export interface LiveSessions {
	isLive(id: string): boolean;
	watcherCount(id: string): number;
}
