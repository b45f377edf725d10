import type { AuditAction, AuditLine, AuditLines } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { LoneStatement } from "../storage/lone-changes.js";
import type { StoredAuditEntry } from "../storage/operators/ports.js";
import type { AuditStore, LoneWriter } from "./ports.js";

/** Where an operator's call came from. */
export interface Origin {
	readonly address: string;
}

export interface AuditBookDeps {
	readonly store: AuditStore;
	readonly writer: LoneWriter;
	readonly now: () => number;
	/** Sorts by this time. */
	readonly newId: (nowMs: number) => string;
}

export type Deed = Pick<StoredAuditEntry, "action" | "subject" | "before" | "after">;

/** Which action takes another one back. */
export const UNDO: Readonly<Partial<Record<AuditAction, AuditAction>>> = {
	"end-session": "reopen-session",
	"delete-session": "undelete-session",
	"restore-session": "undo-restore",
	"send-notice": "withdraw-notice",
	"withdraw-notice": "show-notice",
};

/**
 * What operators did. An entry is written in the transaction of what it tells of, so there is
 * neither a deed without its entry nor an entry of something that did not happen.
 */
export class AuditBook {
	readonly #deps: AuditBookDeps;

	constructor(deps: AuditBookDeps) {
		this.#deps = deps;
	}

	/** Writes `effects` and the entry together; resolves when both are on disk. */
	async record(
		deed: Deed,
		origin: Origin,
		effects: readonly LoneStatement[],
		undone: string | null = null,
	): Promise<AuditLine> {
		const prepared = this.prepare(deed, origin, undone);
		await this.#deps.writer.write([...effects, ...prepared.statements]);
		return prepared.line;
	}

	/** The entry's own statements, for an effect that is committed as a session's change. */
	prepare(
		deed: Deed,
		{ address }: Origin,
		undone: string | null = null,
	): { readonly line: AuditLine; readonly statements: readonly LoneStatement[] } {
		const { store, now, newId } = this.#deps;
		const atMs = now();
		const entry = { ...deed, id: newId(atMs), atMs, origin: address };
		const mark = undone === null ? [] : [store.undoing(undone, entry.id)];
		return {
			line: auditLine({ ...entry, undoneBy: null }, atMs),
			statements: [...mark, store.insertion(entry)],
		};
	}

	/** What may be undone. Rejects with AUDIT_NOT_FOUND or NOTHING_TO_UNDO. */
	async undoable(id: string): Promise<StoredAuditEntry> {
		const entry = await this.#deps.store.find(id);
		if (entry === null) throw new SavepointError("AUDIT_NOT_FOUND");
		if (entry.undoneBy !== null || UNDO[entry.action] === undefined)
			throw new SavepointError("NOTHING_TO_UNDO");
		return entry;
	}

	/** Newest first. */
	async page(before: string | null, limit: number): Promise<AuditLines> {
		return this.#lines(await this.#deps.store.page(before, limit + 1), limit);
	}

	/** What was done to one session or notice, newest first. */
	async pageOf(subject: string, before: string | null, limit: number): Promise<AuditLines> {
		return this.#lines(await this.#deps.store.pageOf(subject, before, limit + 1), limit);
	}

	/** `entries`: one more than a page holds, where there is a next one. */
	#lines(entries: readonly StoredAuditEntry[], limit: number): AuditLines {
		const nowMs = this.#deps.now();
		const shown = entries.slice(0, limit);
		return {
			entries: shown.map((entry) => auditLine(entry, nowMs)),
			next: entries.length > limit ? (shown.at(-1)?.id ?? null) : null,
		};
	}
}

const auditLine = (entry: StoredAuditEntry, nowMs: number): AuditLine => ({
	id: entry.id,
	at: new Date(entry.atMs).toISOString(),
	action: entry.action,
	subject: entry.subject,
	from: entry.origin,
	before: entry.before,
	after: entry.after,
	undoneBy: entry.undoneBy,
	undo: entry.undoneBy === null && !isOver(entry, nowMs) ? (UNDO[entry.action] ?? null) : null,
});

/** A deletion can be taken back until what was deleted goes. */
function isOver({ action, after }: StoredAuditEntry, nowMs: number): boolean {
	const { purgeAt } = (after ?? {}) as { readonly purgeAt?: string };
	return action === "delete-session" && purgeAt !== undefined && Date.parse(purgeAt) <= nowMs;
}
