import { type LoggedMove, type Session, snapshotOf } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { Along, OperatorDeeds } from "../game/operator-deeds.js";
import { REPLAY_PAGE_MOVES } from "../limits.js";
import type { SqlDriver, SqlRow } from "../storage/driver.js";
import { logEntries } from "../storage/packed-log.js";
import type { SessionRecord, SessionRepository, SetBody } from "../storage/ports.js";
import { Rebuild } from "../storage/rebuild.js";
import { UnreadableRow } from "../storage/serializers.js";
import { type OtherSession, readSessionThere } from "../storage/sqlite-session-there.js";
import { resolveBackup } from "./resolve-backup.js";
import { diffOf, type SessionDiff } from "./session-diff.js";

export interface SessionRestorerDeps {
	/** The authority: decides, stores, and tells who watches. */
	readonly authority: Pick<OperatorDeeds, "set">;
	readonly driver: Pick<SqlDriver, "query">;
	readonly sessions: Pick<SessionRepository, "load" | "log">;
	readonly downtimeMsAt: (nowMs: number) => number;
	/** The directory of the backups. */
	readonly directory: string;
	readonly now: () => number;
	/** The session is another now: what was kept of it elsewhere is old. */
	readonly onRestored?: (session: { readonly id: string; readonly key: number }) => void;
}

/** What a restore or its undo has done. */
export interface SessionRestored {
	readonly diff: SessionDiff;
	/** Of the entry that it appended to the log. */
	readonly seq: number;
	readonly stateHash: string;
	readonly status: Session["status"];
	readonly result: Session["result"];
}

/**
 * Restores one session while all others play on. A restore and its undo are entries of the
 * session's log that hold the whole state: `seq` never goes back, nothing is taken out of the log,
 * the counters follow in the same transaction, and whoever watches the session is told.
 *
 * Every method rejects with SESSION_NOT_FOUND where the session is not here, SESSION_HARMED where
 * what is stored of it here does not verify, and with what refuses a write.
 */
export class SessionRestorer {
	readonly #deps: SessionRestorerDeps;

	constructor(deps: SessionRestorerDeps) {
		this.#deps = deps;
	}

	/**
	 * What `restore` would change; changes nothing. `from`: see `resolveBackup`. Rejects with
	 * BACKUP_NOT_FOUND, and RESTORE_REFUSED where the backup does not hold the session, or holds it
	 * harmed.
	 */
	async compare(from: string, sessionId: string): Promise<SessionDiff> {
		return (await this.#compared(from, sessionId)).diff;
	}

	/**
	 * `seq`: of the session here, as the difference was shown; else RESTORE_OUTDATED. `along` is
	 * stored in the same transaction.
	 */
	async restore(
		from: string,
		sessionId: string,
		seq: number,
		along?: Along,
	): Promise<SessionRestored> {
		const { here, other, diff } = await this.#compared(from, sessionId);
		const { record } = other;
		const pausedMs = record.state.result === null ? this.#pauseSince(here, other) : here.pausedMs;
		const body: SetBody = { ...bodyOf(record), type: "restored", asOf: diff.asOf, pausedMs };
		return this.#set(diff, seq, body, along);
	}

	/** What `undo` would change; changes nothing. RESTORE_REFUSED where there is nothing to undo. */
	async compareUndo(sessionId: string): Promise<SessionDiff> {
		return (await this.#comparedUndo(sessionId)).diff;
	}

	/**
	 * Takes the last restore back: the session is as right before it, and moves since do not hold.
	 * `leftMs`: what its player had left then, where that is known.
	 */
	async undo(
		sessionId: string,
		seq: number,
		along?: Along,
		leftMs?: number,
	): Promise<SessionRestored> {
		const { before, restoredAtMs, diff } = await this.#comparedUndo(sessionId);
		// What has passed since is the operator's time, not the player's.
		const pausedMs =
			leftMs === undefined
				? before.pausedMs + Math.max(0, this.#deps.now() - restoredAtMs)
				: this.#pauseFor(before, before.state.durationMs - leftMs);
		const body = bodyOf(before);
		const reopened: SetBody = { ...body, type: "reopened", asOf: before.seq, pausedMs };
		return this.#set(diff, seq, reopened, along);
	}

	async #set(
		diff: SessionDiff,
		seq: number,
		body: SetBody,
		along?: Along,
	): Promise<SessionRestored> {
		const { authority, driver, sessions, onRestored } = this.#deps;
		const key = (await sessions.load(diff.sessionId))?.record.key ?? 0;
		const [row] = await driver.query(
			`select max(ended_at) as at from (
				select result, ended_at from sessions where session_key <> $1
				union all select result, ended_at from archived_sessions)
			where result in ('won', 'lost')`,
			[key],
		);
		const othersCompletedAtMs = typeof row?.["at"] === "number" ? row["at"] : null;
		const order = { body, othersCompletedAtMs, ...(along !== undefined && { along }) };
		const session = await authority.set(diff.sessionId, seq, order);
		onRestored?.({ id: diff.sessionId, key });
		const { stateHash, status, result } = session;
		return { diff, seq: session.seq, stateHash, status, result };
	}

	async #here(sessionId: string): Promise<SessionRecord> {
		const stored = await this.#deps.sessions.load(sessionId);
		if (stored === null) throw new SavepointError("SESSION_NOT_FOUND");
		return stored.record;
	}

	async #compared(
		from: string,
		sessionId: string,
	): Promise<{ here: SessionRecord; other: OtherSession; diff: SessionDiff }> {
		const entry = resolveBackup(this.#deps.directory, from);
		const here = await this.#here(sessionId);
		const other = readThere(entry.database, sessionId);
		const asOf = (await this.#isOfThisLog(here, other.record)) ? other.record.seq : null;
		const diff = diffOf(entry.name, { here, there: other.record }, asOf);
		return { here, other, diff };
	}

	/** Chains that have the same hash at one entry have the same entries up to it. */
	async #isOfThisLog(here: SessionRecord, there: SessionRecord): Promise<boolean> {
		if (there.seq > here.seq) return false;
		return (await this.#asOf(here, there.seq)).headHash === there.headHash;
	}

	async #comparedUndo(
		sessionId: string,
	): Promise<{ before: SessionRecord; restoredAtMs: number; diff: SessionDiff }> {
		const here = await this.#here(sessionId);
		const { last, isUndone } = await this.#lastRestore(here);
		if (last === undefined || isUndone)
			throw new SavepointError(
				"RESTORE_REFUSED",
				last === undefined
					? "The session was never restored; there is nothing to undo."
					: "The last restore of the session was undone already.",
			);
		const { seq } = last;
		const before = await this.#asOf(here, seq - 1);
		const diff = diffOf(`its own log, move ${seq - 1}`, { here, there: before }, seq - 1);
		return { before, restoredAtMs: Date.parse(last.at), diff };
	}

	async #lastRestore(
		here: SessionRecord,
	): Promise<{ last: LoggedMove | undefined; isUndone: boolean }> {
		let last: LoggedMove | undefined;
		let isUndone = false;
		for (let seq = 0; seq < here.seq; ) {
			const page = await this.#deps.sessions.log(here, seq, REPLAY_PAGE_MOVES);
			for (const entry of page) {
				if (entry.type === "restored") [last, isUndone] = [entry, false];
				// Other reopened ones take an end or a deletion back.
				else if (entry.type === "reopened" && entry.asOf === (last?.seq ?? 0) - 1) isUndone = true;
			}
			seq = page.at(-1)?.seq ?? here.seq;
		}
		return { last, isUndone };
	}

	/** The session as it was right after an entry of its log. */
	async #asOf({ key }: SessionRecord, seq: number): Promise<SessionRecord> {
		const { driver } = this.#deps;
		const [row] = await driver.query("select * from sessions where session_key = $1", [key]);
		const artifacts = await driver.query(
			"select * from artifacts where session_key = $1 order by artifact_index",
			[key],
		);
		try {
			const rebuild = new Rebuild(row as SqlRow, artifacts);
			while (rebuild.seq < seq) {
				const limit = Math.min(REPLAY_PAGE_MOVES, seq - rebuild.seq);
				const rows = await driver.query(
					"select * from session_log where session_key = $1 and seq > $2 order by seq limit $3",
					[key, rebuild.seq, limit],
				);
				const page = logEntries(rows, rebuild.seq, limit);
				if (page.length === 0) throw new UnreadableRow("the log ends too early");
				rebuild.feed(page);
			}
			return rebuild.standing;
		} catch (error) {
			if (!(error instanceof UnreadableRow)) throw error;
			throw new SavepointError("SESSION_HARMED", undefined, { cause: error });
		}
	}

	/**
	 * How long the session's clock must be stopped so that its player has the time again that was
	 * left when the state was stored.
	 */
	#pauseSince(here: SessionRecord, { record, downtimeMs, lastAtMs }: OtherSession): number {
		return this.#pauseFor(here, clockOf(record, lastAtMs, downtimeMs) - record.pausedMs);
	}

	/** How long its clock must have been stopped, so that it has run for `ranMs` only. */
	#pauseFor(here: SessionRecord, ranMs: number): number {
		const nowMs = this.#deps.now();
		const elapsedMs = clockOf(here, nowMs, this.#deps.downtimeMsAt(nowMs));
		return Math.max(0, Math.round(elapsedMs - ranMs));
	}
}

/** Since its start, without downtime. */
const clockOf = (of: SessionRecord, atMs: number, downtimeMs: number): number =>
	Math.max(0, atMs - of.startedAtMs - Math.max(0, downtimeMs - of.downtimeBaseMs));

/** A record as an operator's entry holds it. */
const bodyOf = (record: SessionRecord): Omit<SetBody, "type" | "asOf" | "pausedMs"> => ({
	...snapshotOf(record.state),
	endedAtMs: record.endedAtMs,
	stale: record.stale,
	lastPlayMs: record.lastPlayMs,
});

function readThere(database: string, sessionId: string): OtherSession {
	try {
		const other = readSessionThere(database, sessionId);
		if (other !== null) return other;
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		throw new SavepointError(
			"RESTORE_REFUSED",
			`The backup holds the session, but harmed: ${error.message}. Take an older backup.`,
			{ cause: error },
		);
	}
	throw new SavepointError(
		"RESTORE_REFUSED",
		"The backup does not hold this session; it may be younger than the backup.",
	);
}
