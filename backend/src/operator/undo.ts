import type { AuditLine } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { NoticeBoard } from "./notice-board.js";

/** Takes back what an entry of the audit log tells of, with an entry of its own. */
export async function undoDeed(
	{ audit, notices }: { readonly audit: AuditBook; readonly notices: NoticeBoard },
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
		default:
			throw new SavepointError("NOTHING_TO_UNDO");
	}
}
