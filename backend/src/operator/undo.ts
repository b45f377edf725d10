import type { AuditLine } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { NoticeBoard } from "./notice-board.js";
import type { SessionActions } from "./session-actions.js";

export interface Undoing {
	readonly audit: Pick<AuditBook, "undoable">;
	readonly notices: Pick<NoticeBoard, "withdraw" | "show">;
	readonly actions: Pick<SessionActions, "undo">;
}

/** Takes back what an entry of the audit log tells of, with an entry of its own. */
export async function undoDeed(
	{ audit, notices, actions }: Undoing,
	entryId: string,
	origin: Origin,
): Promise<AuditLine> {
	const entry = await audit.undoable(entryId);
	const subject = entry.subject ?? "";
	switch (entry.action) {
		case "send-notice":
			return notices.withdraw(subject, origin, entryId);
		case "withdraw-notice":
			return notices.show(subject, origin, entryId);
		case "end-session":
		case "delete-session":
		case "restore-session":
			return actions.undo(entryId, origin);
		default:
			throw new SavepointError("NOTHING_TO_UNDO");
	}
}
