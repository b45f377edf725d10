import type { SessionRestorer } from "./operations/restore-session.js";
import type { AuditBook } from "./operator/audit-book.js";
import { entryAlong, readEntry } from "./operator/session-entry.js";

export type SessionRestores = Pick<SessionRestorer, "compare" | "compareUndo" | "restore" | "undo">;

const ORIGIN = { address: "command line" };
const ENTRIES = 50;

/** Restores that the command line asks for: in the audit log, as those of the console are. */
export function commandLineRestores(
	restorer: SessionRestorer,
	audit: Pick<AuditBook, "prepare" | "pageOf">,
): SessionRestores {
	return {
		compare: (from, sessionId) => restorer.compare(from, sessionId),
		compareUndo: (sessionId) => restorer.compareUndo(sessionId),
		restore(from, subject, seq) {
			const deed = { action: "restore-session", subject, more: { from }, origin: ORIGIN } as const;
			return restorer.restore(from, subject, seq, entryAlong(audit, deed));
		},
		async undo(subject, seq) {
			const { entries } = await audit.pageOf(subject, null, ENTRIES);
			const last = entries.find(({ action }) => action === "restore-session");
			// One from before restores were in the audit log has no entry.
			const undone = last?.undo == null ? null : readEntry(last);
			const id = undone?.id ?? null;
			const deed = { action: "undo-restore", subject, undone: id, origin: ORIGIN } as const;
			return restorer.undo(subject, seq, entryAlong(audit, deed), undone?.ended.leftMs);
		},
	};
}
