import type { AuditLine, Session } from "@savepoint/core";
import type { Along } from "../game/operator-deeds.js";
import type { StoredAuditEntry } from "../storage/operators/ports.js";
import type { AuditBook, Deed, Origin } from "./audit-book.js";

/** A deed that changes one session, as it is told to the audit log. */
export interface SessionDeed extends Pick<Deed, "action" | "subject"> {
	readonly origin: Origin;
	/** What the entry says of the outcome beside the session's state. */
	readonly more?: object;
	/** The entry that this one takes back. */
	readonly undone?: string | null;
}

/** A session as the audit log keeps it: what changed, without the level and the artifacts. */
export function standingOf(session: Session) {
	const { status, result, score, seq, stateHash, remainingSeconds, endedAt } = session;
	const artifacts = session.artifacts.length;
	return { status, result, score, artifacts, seq, stateHash, remainingSeconds, endedAt };
}

/** What an undo goes by: the entry that it takes back, as `standingOf` wrote it. */
export function readEntry({
	id,
	subject,
	before,
	after,
}: Pick<StoredAuditEntry, "id" | "subject" | "before" | "after">) {
	const was = (before ?? {}) as Partial<ReturnType<typeof standingOf>>;
	const became = (after ?? {}) as Partial<ReturnType<typeof standingOf>>;
	const leftMs = Math.round((was.remainingSeconds ?? 0) * 1000);
	return { id, subject: subject ?? "", ended: { seq: became.seq ?? -1, leftMs } };
}

/** Writes the deed's entry along with the deed; `onLine` hears how it will be shown. */
export const entryAlong =
	(
		audit: Pick<AuditBook, "prepare">,
		{ origin, more, undone = null, ...deed }: SessionDeed,
		onLine: (line: AuditLine) => void = () => undefined,
	): Along =>
	(before, after) => {
		const states = { before: standingOf(before), after: { ...standingOf(after), ...more } };
		const { line, statements } = audit.prepare({ ...deed, ...states }, origin, undone);
		onLine(line);
		return statements;
	};
