import type { RetentionPolicy } from "../config.js";
import { SavepointError } from "../errors.js";
import { PURGE_PAGE_SESSIONS, RETENTION_INTERVAL_MS, RETENTION_PAGE_SESSIONS } from "../limits.js";
import type { Log } from "../log.js";
import type { LoneStatement } from "../storage/lone-changes.js";
import type { SessionRepository } from "../storage/ports.js";
import type { OldSession, Removal } from "../storage/removals/ports.js";
import type { AuditBook, Origin } from "./audit-book.js";
import type { LoneWriter } from "./ports.js";

type TellUndone = (done: number, total: number) => void;
const ignore: TellUndone = () => undefined;
const DAY_MS = 24 * 3_600_000;

export interface RemovalStore {
	old(endedBeforeMs: number, after: OldSession | null, limit: number): Promise<OldSession[]>;
	due(nowMs: number, limit: number): Promise<Removal[]>;
	retired(sinceMs: number, nowMs: number, limit: number): Promise<Removal[]>;
	countRetired(sinceMs: number, nowMs: number): Promise<number>;
	mark(removal: Omit<Removal, "sessionId">): LoneStatement;
	unmark(sessionKey: number): LoneStatement;
	purge(removal: Removal, activityAtMs: number): LoneStatement[];
}

export interface RetentionKeeperDeps {
	readonly policy: RetentionPolicy;
	readonly store: RemovalStore;
	readonly writer: LoneWriter;
	readonly audit: Pick<AuditBook, "prepare">;
	readonly sessions: Pick<SessionRepository, "lastActivity">;
	/** A session that was marked is forgotten by whoever holds it in memory. */
	readonly onHidden: (session: Pick<OldSession, "sessionId" | "sessionKey">) => void;
	readonly now: () => number;
	readonly log: Log;
}

/** What one pass has done. */
export interface RetentionPass {
	readonly marked: number;
	readonly purged: number;
}

/** What an undo has taken back. */
export interface RetentionUndone {
	readonly sessions: number;
	/** How long an ended session is kept; null: for ever. */
	readonly keepDays: number | null;
	/** Some are older than that: the next pass hides them again. */
	readonly hidesAgain: boolean;
}

/**
 * Retention: ended sessions that have grown old are marked, which hides them, and deleted when the
 * mark has stood for the undo window. Counters do not change: what is gone still counts, by its row
 * in the archive. All in pages of bounded size, each one transaction, so that players never wait
 * for more than a page; a kill leaves whole pages.
 */
export class RetentionKeeper {
	readonly #deps: RetentionKeeperDeps;
	#timer: NodeJS.Timeout | null = null;
	#running: Promise<unknown> | null = null;
	#isStopped = false;

	constructor(deps: RetentionKeeperDeps) {
		this.#deps = deps;
	}

	start(): void {
		this.#timer = setInterval(() => {
			this.#running ??= this.pass()
				.catch((error: unknown) =>
					this.#deps.log.warn({ err: error }, "retention stopped halfway and will go on"),
				)
				.finally(() => {
					this.#running = null;
				});
		}, RETENTION_INTERVAL_MS);
		this.#timer.unref();
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		if (this.#timer !== null) clearInterval(this.#timer);
		await this.#running;
	}

	/** Rejects with why the storage takes no writes; what was done until then stays done. */
	async pass(): Promise<RetentionPass> {
		const done = { marked: await this.#markOld(), purged: await this.#purgeDue() };
		if (done.marked + done.purged > 0) this.#deps.log.info(done, "retention");
		return done;
	}

	/**
	 * Takes back every mark of retention that was set at or after `sinceMs` and whose undo window is
	 * not over, in pages; the audit log's entry is in the transaction of the first. Rejects with why
	 * the storage takes no writes; what was taken back until then stays so.
	 */
	async undo(sinceMs: number, origin: Origin, tell: TellUndone = ignore): Promise<RetentionUndone> {
		const { policy, store, writer, audit, now } = this.#deps;
		// 1. Not while a pass sets marks.
		await this.#running;
		const total = await store.countRetired(sinceMs, now());
		const since = new Date(sinceMs).toISOString();
		const before = { hiddenSessions: total, since };
		const deed = { action: "undo-retention", subject: null, before, after: null } as const;
		let entry = audit.prepare(deed, origin).statements;
		let sessions = 0;
		// 2. Page by page; one whose window ends just now is no longer among them.
		for (;;) {
			const page = await store.retired(sinceMs, now(), RETENTION_PAGE_SESSIONS);
			if (page.length === 0) break;
			const marks = page.map(({ sessionKey }) => store.unmark(sessionKey));
			await writer.write([...marks, ...entry]);
			entry = [];
			sessions += page.length;
			tell(sessions, total);
		}
		// 3. Whether it lasts.
		const { keepMs } = policy;
		const keepDays = keepMs === null ? null : keepMs / DAY_MS;
		const old = keepMs === null ? [] : await store.old(now() - keepMs, null, 1);
		return { sessions, keepDays, hidesAgain: old.length > 0 };
	}

	async #markOld(): Promise<number> {
		const { policy, store, writer, onHidden, now } = this.#deps;
		if (policy.keepMs === null) return 0;
		const removedAtMs = now();
		const purgeAtMs = removedAtMs + policy.undoMs;
		let count = 0;
		let after: OldSession | null = null;
		while (!this.#isStopped) {
			const page: OldSession[] = await store.old(
				removedAtMs - policy.keepMs,
				after,
				RETENTION_PAGE_SESSIONS,
			);
			const reason = "retention" as const;
			if (page.length > 0)
				await writer.write(
					page.map(({ sessionKey }) => store.mark({ sessionKey, reason, removedAtMs, purgeAtMs })),
				);
			for (const session of page) onHidden(session);
			count += page.length;
			after = page.at(-1) ?? null;
			if (page.length < RETENTION_PAGE_SESSIONS) break;
		}
		return count;
	}

	async #purgeDue(): Promise<number> {
		const { store, writer, sessions, now, log } = this.#deps;
		let count = 0;
		while (!this.#isStopped) {
			const page = await store.due(now(), PURGE_PAGE_SESSIONS);
			if (page.length === 0) break;
			const statements: LoneStatement[] = [];
			for (const removal of page) {
				const activityAtMs = await sessions.lastActivity(removal.sessionKey);
				statements.push(...store.purge(removal, activityAtMs));
			}
			try {
				await writer.write(statements);
			} catch (error) {
				if (!(error instanceof SavepointError) || error.code !== "STORAGE_CONFLICT") throw error;
				// One of them was taken back meanwhile; the next pass asks again.
				log.debug({ code: error.code }, "a removal was taken back while it was due");
				break;
			}
			count += page.length;
		}
		return count;
	}
}
