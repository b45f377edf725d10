import { type Session, snapshotOf } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { CONFLICT_RETRIES_MAX } from "../limits.js";
import type {
	Commits,
	PreparedWrite,
	SessionRecord,
	SessionRepository,
	SetBody,
} from "../storage/ports.js";
import type { LiveSession } from "./session-cache.js";
import type { SessionChanges, SetOrder } from "./session-changes.js";
import { pausedMsFor } from "./views.js";

export interface OperatorDeedsDeps {
	readonly changes: SessionChanges;
	readonly commits: Commits;
	readonly repository: Pick<SessionRepository, "loadRemoved" | "isShared">;
	readonly now: () => number;
	/** From memory, else from the storage; null: there is none. */
	readonly find: (id: string) => Promise<LiveSession | null>;
	readonly viewOf: (record: SessionRecord) => Session;
}

/** What is to be stored in the transaction of a deed, made of the session before and after it. */
export type Along = (before: Session, after: Session) => readonly PreparedWrite[];

/**
 * What an operator does to one session while it may be played. Each resolves when it is on disk,
 * with whatever goes along, and rejects, with nothing stored, with SESSION_NOT_FOUND,
 * SESSION_HARMED and what refuses a write.
 */
export class OperatorDeeds {
	readonly #deps: OperatorDeedsDeps;

	constructor(deps: OperatorDeedsDeps) {
		this.#deps = deps;
	}

	/** The session is what `body` says, if its log still ends at `seq`; else RESTORE_OUTDATED. */
	set(
		id: string,
		seq: number,
		{ along, ...order }: Omit<SetOrder, "nowMs" | "along"> & { readonly along?: Along },
	): Promise<Session> {
		return this.#on(id, async (live) => {
			if (live.record.seq !== seq) throw new SavepointError("RESTORE_OUTDATED");
			return this.#set(live, order, along);
		});
	}

	/** Ends it as abandoned. Rejects with SESSION_ENDED, too. */
	end(id: string, along: Along): Promise<Session> {
		return this.#on(id, async (live) => {
			if (live.record.state.result !== null) {
				await this.#durable(live);
				throw new SavepointError("SESSION_ENDED");
			}
			const nowMs = this.#deps.now();
			const before = this.#deps.viewOf(live.record);
			await new Promise<void>((committed, failed) =>
				this.#deps.changes.endByOperator(
					live,
					{ nowMs, along: () => along(before, this.#deps.viewOf(live.record)) },
					{ committed, failed },
				),
			);
			return this.#deps.viewOf(live.record);
		});
	}

	/**
	 * Takes the end at `seq` back, with `leftMs` of the player's time. Rejects with RESTORE_OUTDATED
	 * when the log goes on behind it.
	 */
	reopen(id: string, { seq, leftMs }: EndedAt, along: Along): Promise<Session> {
		return this.#on(id, async (live) => {
			if (live.record.seq !== seq) throw new SavepointError("RESTORE_OUTDATED");
			const body = this.#goingOn(live.record, leftMs, seq - 1);
			return this.#set(live, { body, othersCompletedAtMs: null }, along);
		});
	}

	/** Takes it away. Returns its key. Whoever watches it is told by `hide`. */
	remove(
		id: string,
		along: (session: Session, key: number) => readonly PreparedWrite[],
	): Promise<number> {
		return this.#on(id, async (live) => {
			const { record } = live;
			const writes = along(this.#deps.viewOf(record), record.key);
			await new Promise<void>((committed, failed) =>
				this.#deps.changes.remove(live, writes, { committed, failed }),
			);
			return record.key;
		});
	}

	/**
	 * Brings a removed session back; where it was active, with `leftMs` of the player's time, by an
	 * entry of its log. `along` holds what takes the removal's mark back.
	 */
	async bringBack(
		id: string,
		leftMs: number,
		along: (key: number) => readonly PreparedWrite[],
	): Promise<void> {
		const { changes, commits, repository, now } = this.#deps;
		const stored = await repository.loadRemoved(id);
		if (stored === null) throw new SavepointError("SESSION_NOT_FOUND");
		const refusal = commits.refusal();
		if (refusal !== null) throw refusal;
		const { record } = stored;
		const body = record.state.result === null ? this.#goingOn(record, leftMs, record.seq) : null;
		const order = { nowMs: now(), body, writes: along(record.key) };
		await new Promise<void>((committed, failed) =>
			changes.bringBack(record, order, { committed, failed }),
		);
	}

	async #set(
		live: LiveSession,
		order: Omit<SetOrder, "nowMs" | "along">,
		along?: Along,
	): Promise<Session> {
		const { changes, now, viewOf } = this.#deps;
		const before = viewOf(live.record);
		await new Promise<void>((committed, failed) =>
			changes.set(
				live,
				{
					...order,
					nowMs: now(),
					...(along !== undefined && { along: () => along(before, viewOf(live.record)) }),
				},
				{ committed, failed },
			),
		);
		return viewOf(live.record);
	}

	/** The same session, active, from now on with so much time left. */
	#goingOn(record: SessionRecord, leftMs: number, asOf: number): SetBody {
		const nowMs = this.#deps.now();
		const downtimeMs = this.#deps.commits.downtimeMsAt(nowMs);
		return {
			type: "reopened",
			...snapshotOf(record.state),
			result: null,
			asOf,
			endedAtMs: null,
			stale: false,
			lastPlayMs: record.lastPlayMs,
			pausedMs: pausedMsFor(record, leftMs, { nowMs, downtimeMs }),
		};
	}

	/**
	 * `act` begins in the same turn in which the session was found to be there to stay. Where another
	 * server has changed it meanwhile, nothing was stored and it is decided again on what is there
	 * now, as a player's call is (P4).
	 */
	async #on<T>(id: string, act: (live: LiveSession) => Promise<T>): Promise<T> {
		for (let conflictsLeft = CONFLICT_RETRIES_MAX; ; ) {
			const live = await this.#deps.find(id);
			if (live === null) throw new SavepointError("SESSION_NOT_FOUND");
			const refusal = this.#deps.commits.refusal();
			if (refusal !== null) throw refusal;
			if (live.leaving === true) {
				await this.#durable(live);
				continue;
			}
			try {
				return await act(live);
			} catch (error) {
				if (!this.#isConflict(error) || conflictsLeft === 0) throw error;
				conflictsLeft -= 1;
			}
		}
	}

	#isConflict(error: unknown): boolean {
		if (!this.#deps.repository.isShared) return false;
		return error instanceof SavepointError && error.code === "STORAGE_CONFLICT";
	}

	/** Resolves when what is on its way of it is on disk. */
	#durable({ record }: LiveSession): Promise<void> {
		return new Promise((committed, failed) =>
			this.#deps.commits.afterPending(record.key, { committed, failed }),
		);
	}
}

export interface EndedAt {
	/** Of the end's entry. */
	readonly seq: number;
	readonly leftMs: number;
}
