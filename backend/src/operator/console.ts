import type { AuditLine, Overview, RetentionView } from "@savepoint/core";
import type { AuditBook, Origin } from "./audit-book.js";
import type { BackupDesk } from "./backup-desk.js";
import type { HistoryBook } from "./history-book.js";
import type { NoticeBoard } from "./notice-board.js";
import type { QuarantineDesk } from "./quarantine-desk.js";
import type { RetentionKeeper } from "./retention-keeper.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionDesk } from "./session-desk.js";
import type { SignIns } from "./sign-ins.js";
import type { StorageHistoryBook } from "./storage-history.js";

/** All that the console's calls are made of. */
export interface Console {
	readonly signIns: Pick<SignIns, "isOn" | "signIn" | "expiryOf" | "signOut" | "lockedForMs">;
	readonly audit: Pick<AuditBook, "page" | "pageOf" | "prepare">;
	readonly sessions: Pick<SessionDesk, "list" | "open" | "log" | "audit">;
	readonly actions: Pick<SessionActions, "end" | "delete" | "backups" | "compare" | "restore">;
	readonly notices: Pick<NoticeBoard, "active" | "all" | "send" | "withdraw">;
	readonly history: Pick<HistoryBook, "read" | "start" | "stop">;
	readonly retention: Pick<RetentionKeeper, "start" | "stop" | "undo" | "pass">;
	readonly backups: Pick<BackupDesk, "view" | "backUp" | "prove">;
	readonly quarantine: Pick<QuarantineDesk, "view">;
	readonly storage: Pick<StorageHistoryBook, "read" | "start" | "stop">;
	viewRetention(): Promise<RetentionView>;
	overview(): Promise<Overview>;
	/** Rejects with AUDIT_NOT_FOUND, NOTHING_TO_UNDO or UNDO_OUTDATED. */
	undo(entryId: string, origin: Origin): Promise<AuditLine>;
}
