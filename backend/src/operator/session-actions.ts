import type { AuditLine, RestoreChoices, RestoreDiff } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { Along, OperatorDeeds } from "../game/operator-deeds.js";
import type { StoredAuditEntry } from "../storage/operators/ports.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { SessionRemovals, SessionRestores } from "./ports.js";
import type { RetentionKeeperDeps } from "./retention-keeper.js";
import { entryAlong, readEntry, type SessionDeed, standingOf } from "./session-entry.js";

export interface SessionActionsDeps {
	readonly audit: Pick<AuditBook, "prepare" | "undoable">;
	readonly deeds: Pick<OperatorDeeds, "end" | "reopen" | "remove" | "bringBack">;
	readonly restores: SessionRestores;
	readonly removals: SessionRemovals;
	/** How long a deletion can be taken back. */
	readonly undoMs: number;
	readonly onHidden: RetentionKeeperDeps["onHidden"];
	readonly forgetReplay: (replayId: string) => void;
	readonly now: () => number;
}

/**
 * What operators do to sessions, and the ways back. Each deed, its entry in the audit log and the
 * counters are one transaction, and each is decided and stored before the next one begins: of two
 * operators at once the second finds what the first has made.
 *
 * Every method rejects with SESSION_NOT_FOUND, SESSION_HARMED and what refuses a write; nothing has
 * changed then.
 */
export class SessionActions {
	readonly #deps: SessionActionsDeps;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(deps: SessionActionsDeps) {
		this.#deps = deps;
	}

	/** As abandoned. Rejects with SESSION_ENDED, too. */
	end(id: string, origin: Origin): Promise<AuditLine> {
		const deed = { action: "end-session", subject: id, origin } as const;
		return this.#inTurn(() => this.#audited(deed, (along) => this.#deps.deeds.end(id, along)));
	}

	/** Hides it at once and takes it out of the statistics; what is stored goes later. */
	delete(id: string, origin: Origin): Promise<AuditLine> {
		return this.#inTurn(async () => {
			const { audit, deeds, removals, undoMs, onHidden, now } = this.#deps;
			let line: AuditLine | null = null;
			const sessionKey = await deeds.remove(id, (session, key) => {
				const removedAtMs = now();
				const purgeAtMs = removedAtMs + undoMs;
				const after = {
					status: "deleted",
					removedAt: new Date(removedAtMs).toISOString(),
					purgeAt: new Date(purgeAtMs).toISOString(),
				};
				const before = standingOf(session);
				const entry = { action: "delete-session", subject: id, before, after } as const;
				const prepared = audit.prepare(entry, origin);
				line = prepared.line;
				const mark = { sessionKey: key, reason: "operator", removedAtMs, purgeAtMs } as const;
				return [removals.mark(mark), ...prepared.statements];
			});
			onHidden({ sessionId: id, sessionKey });
			return made(line);
		});
	}

	backups(): RestoreChoices {
		return { backups: this.#deps.restores.choices() };
	}

	/** What a restore would do. Rejects with BACKUP_NOT_FOUND and RESTORE_REFUSED, too. */
	async compare(id: string, from: string): Promise<RestoreDiff> {
		this.#demandChoice(from);
		return this.#deps.restores.compare(from, id);
	}

	/** `seq`: as the difference was shown; else RESTORE_OUTDATED. Else as `compare`. */
	async restore(id: string, from: string, seq: number, origin: Origin): Promise<AuditLine> {
		this.#demandChoice(from);
		const deed = { action: "restore-session", subject: id, more: { from }, origin } as const;
		return this.#inTurn(() =>
			this.#audited(deed, (along) => this.#deps.restores.restore(from, id, seq, along)),
		);
	}

	/**
	 * Takes back what an entry of the audit log tells of. Rejects with AUDIT_NOT_FOUND,
	 * NOTHING_TO_UNDO, and UNDO_OUTDATED where the session has gone on since.
	 */
	undo(entryId: string, origin: Origin): Promise<AuditLine> {
		return this.#inTurn(async () => {
			const entry = await this.#deps.audit.undoable(entryId);
			switch (entry.action) {
				case "end-session":
					return this.#reopen(entry, origin);
				case "delete-session":
					return this.#bringBack(entry, origin);
				case "restore-session":
					return this.#undoRestore(entry, origin);
				default:
					throw new SavepointError("NOTHING_TO_UNDO");
			}
		});
	}

	#reopen(entry: StoredAuditEntry, origin: Origin): Promise<AuditLine> {
		const { id, subject, ended } = readEntry(entry);
		const { deeds, forgetReplay } = this.#deps;
		const deed = { action: "reopen-session", subject, undone: id, origin } as const;
		return asUndo(async () => {
			let replayId: string | null = null;
			const line = await this.#audited(deed, (along) =>
				deeds.reopen(subject, ended, (before, after) => {
					replayId = before.replayId;
					return along(before, after);
				}),
			);
			// The game goes on, and its replay will be another.
			if (replayId !== null) forgetReplay(replayId);
			return line;
		});
	}

	/** In the moment of the deletion it was what the entry says, and nobody could change it since. */
	#bringBack(entry: StoredAuditEntry, origin: Origin): Promise<AuditLine> {
		const { id, subject, ended } = readEntry(entry);
		const { audit, deeds, removals } = this.#deps;
		return asUndo(async () => {
			const deed = {
				action: "undelete-session",
				subject,
				before: entry.after,
				after: entry.before,
			} as const;
			const { line, statements } = audit.prepare(deed, origin, id);
			await deeds.bringBack(subject, ended.leftMs, (key) => [removals.unmark(key), ...statements]);
			return line;
		});
	}

	#undoRestore(entry: StoredAuditEntry, origin: Origin): Promise<AuditLine> {
		const { id, subject, ended } = readEntry(entry);
		const deed = { action: "undo-restore", subject, undone: id, origin } as const;
		return asUndo(() =>
			this.#audited(deed, (along) =>
				this.#deps.restores.undo(subject, ended.seq, along, ended.leftMs),
			),
		);
	}

	async #audited(deed: SessionDeed, act: (along: Along) => Promise<unknown>): Promise<AuditLine> {
		let line: AuditLine | null = null;
		const along = entryAlong(this.#deps.audit, deed, (told) => {
			line = told;
		});
		await act(along);
		return made(line);
	}

	#demandChoice(from: string): void {
		// A name of the list only: never a path that an operator's browser has made up.
		const isThere = this.#deps.restores.choices().some(({ name }) => name === from);
		if (!isThere) throw new SavepointError("BACKUP_NOT_FOUND");
	}

	#inTurn<T>(act: () => Promise<T>): Promise<T> {
		const acting = this.#turn.then(act);
		this.#turn = acting.catch(() => undefined);
		return acting;
	}
}

/** Why an undo cannot be done, in the words of an undo. */
async function asUndo<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		if (!(error instanceof SavepointError)) throw error;
		switch (error.code) {
			case "RESTORE_OUTDATED":
				throw new SavepointError("UNDO_OUTDATED", undefined, { cause: error });
			case "SESSION_NOT_FOUND":
				throw new SavepointError("NOTHING_TO_UNDO", GONE, { cause: error });
			default:
				throw error;
		}
	}
}

const GONE = "The session was removed, or what was stored of it is gone; there is nothing to undo.";

function made(line: AuditLine | null): AuditLine {
	if (line === null) throw new Error("a deed was done without its entry in the audit log");
	return line;
}
