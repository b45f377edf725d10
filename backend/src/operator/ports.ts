import type { RestoreChoices, RestoreDiff, SessionStanding } from "@savepoint/core";
import type { Along } from "../game/operator-deeds.js";
import type { BackupEntry } from "../storage/backups/catalogue.js";
import type { KeptBackup } from "../storage/backups/kept.js";
import type { BackupGauges, BackupWork } from "../storage/backups/ports.js";
import type { HistorySample } from "../storage/history/history-repo.js";
import type { LoneStatement } from "../storage/lone-changes.js";
import type { StoredNotice } from "../storage/notices/ports.js";
import type { StoredAuditEntry, StoredSignIn } from "../storage/operators/ports.js";
import type { QuarantineListing } from "../storage/quarantined/quarantine-directory.js";
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
	undo(sessionId: string, seq: number, along: Along, leftMs: number): Promise<unknown>;
}

/** What is in memory of a session, on this server. */
export interface LiveSessions {
	isLive(id: string): boolean;
	watcherCount(id: string): number;
}

/** The backups of this server, as schedule and local socket use them, too. */
export interface BackupWorks {
	readonly work: BackupWork | null;
	gauges(): Promise<BackupGauges>;
	kept(): Promise<KeptBackup[]>;
	demandRoom(toProve: string | null): Promise<void>;
	take(order: { readonly label: string; readonly full: boolean }): Promise<BackupEntry>;
	prove(order: { readonly name: string; readonly full: boolean }): Promise<BackupEntry>;
	/** An attempt that failed: said loudly. */
	note(error: unknown): void;
}

/** The register of sessions that were set aside. */
export interface QuarantineRows {
	page(cursor: string | null, limit: number): Promise<QuarantineListing[]>;
	counts(): Promise<Partial<Record<SessionStanding, number>>>;
}

/** What `/metrics` asks for at each scrape: memory, or a bounded walk along an index. */
export interface UpkeepGauges {
	/** null: the engine has backups of its own. Never rejects. */
	backups(): Promise<BackupGauges | null>;
	quarantined(): ReturnType<QuarantineRows["counts"]>;
}
