import type { SqlDriver, SqlRow, SqlValue, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList, StorageModule } from "../module.js";
import { type OldSession, REMOVAL_REASONS, type Removal } from "./ports.js";

/** Only once, and only a session that is there. */
const insertRemoval: WriteStatement = {
	sql: `insert into removed_sessions (session_key, session_id, reason, removed_at, purge_at)
		select session_key, session_id, cast($1 as text), cast($2 as bigint), cast($3 as bigint)
		from sessions where session_key = $4`,
	paramCount: 4,
	changes: 1,
};

const deleteRemoval: WriteStatement = {
	sql: "delete from removed_sessions where session_key = $1",
	paramCount: 1,
	changes: 1,
};

const insertArchived: WriteStatement = {
	sql: `insert into archived_sessions (session_key, reason, result, stale, score, seq, started_at,
			ended_at, activity_at, head_hash)
		select s.session_key, r.reason, s.result, s.stale, s.score, s.seq, s.started_at, s.ended_at,
			cast($1 as bigint), s.head_hash
		from sessions s join removed_sessions r on r.session_key = s.session_key
		where s.session_key = $2`,
	paramCount: 2,
	changes: 1,
};

/** Every table that holds rows of one session. A layout that adds one adds it here. */
const SESSION_TABLES = [
	"artifacts",
	"moves",
	"move_tail",
	"packed_logs",
	"logs_to_pack",
	"sessions",
];
const purges: readonly WriteStatement[] = SESSION_TABLES.map((table) => ({
	sql: `delete from ${table} where session_key = $1`,
	paramCount: 1,
	changes: "any",
}));

export const REMOVALS: StorageModule = {
	name: "removals",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertRemoval, deleteRemoval, insertArchived, ...purges],
};

/**
 * The marks of removed sessions, and the little that stays of them. Reads, and says what a change
 * would write; whoever makes the change commits it.
 */
export class RemovalRepo {
	readonly #driver: SqlDriver;
	readonly #places: Readonly<Record<"mark" | "unmark" | "archive", number>>;
	/** Of a session that grew old; nothing that is kept refers to it. */
	readonly #purges: readonly number[];
	/** Of a session that an operator deleted: what refers to it goes along. */
	readonly #modulePurges: readonly number[];
	/** A session is kept while one of these finds something for it. */
	readonly #keepers: readonly string[];

	constructor(driver: SqlDriver, statements: StatementList, modules: readonly StorageModule[]) {
		this.#driver = driver;
		this.#places = {
			mark: statements.placeOf(insertRemoval),
			unmark: statements.placeOf(deleteRemoval),
			archive: statements.placeOf(insertArchived),
		};
		this.#purges = purges.map((purge) => statements.placeOf(purge));
		this.#modulePurges = modules.flatMap(({ purgeOfSession }) =>
			purgeOfSession === undefined ? [] : statements.placeOf(purgeOfSession),
		);
		this.#keepers = modules.flatMap(({ keepsSessions }) => keepsSessions ?? []);
	}

	/**
	 * Sessions that ended before `endedBeforeMs` and that nothing keeps, oldest first, after the mark
	 * of the page before. One walk along an index.
	 */
	async old(endedBeforeMs: number, after: OldSession | null, limit: number): Promise<OldSession[]> {
		const kept = this.#keepers.map((sql) => `and not exists (${sql})`).join(" ");
		const rows = await this.#driver.query(
			`select s.session_key, s.session_id, s.ended_at, s.seq from sessions s
			where s.result is not null and s.ended_at < $1
				and (s.ended_at > $2 or (s.ended_at = $2 and s.session_key > $3))
				and not exists (
					select 1 from removed_sessions r where r.session_key = s.session_key)
				${kept}
			order by s.ended_at, s.session_key limit $4`,
			[endedBeforeMs, after?.endedAtMs ?? 0, after?.sessionKey ?? 0, limit],
		);
		return rows.map((row) => ({
			sessionKey: Number(row["session_key"]),
			sessionId: String(row["session_id"]),
			endedAtMs: Number(row["ended_at"]),
			moves: Number(row["seq"]),
		}));
	}

	/** Marks whose time is over, the longest over first. */
	async due(nowMs: number, limit: number): Promise<Removal[]> {
		return this.#select("where purge_at <= $1 order by purge_at, session_key limit $2", [
			nowMs,
			limit,
		]);
	}

	/** Marks of retention that can still be taken back and were set at or after `sinceMs`. */
	async retired(sinceMs: number, nowMs: number, limit: number): Promise<Removal[]> {
		return this.#select(
			`where reason = 'retention' and purge_at > $2 and removed_at >= $1
			order by purge_at, session_key limit $3`,
			[sinceMs, nowMs, limit],
		);
	}

	/** How many there are of these. */
	async countRetired(sinceMs: number, nowMs: number): Promise<number> {
		const [row] = await this.#driver.query(
			`select count(*) as count from removed_sessions
			where reason = 'retention' and purge_at > $2 and removed_at >= $1`,
			[sinceMs, nowMs],
		);
		return Number(row?.["count"] ?? 0);
	}

	async find(sessionId: string): Promise<Removal | null> {
		const found = await this.#select(
			`where session_key = (select session_key from sessions where session_id = $1)`,
			[sessionId],
		);
		return found[0] ?? null;
	}

	/** Rejected when the session is not there, or marked already. */
	mark(removal: Omit<Removal, "sessionId">): LoneStatement {
		const { sessionKey, reason, removedAtMs, purgeAtMs } = removal;
		return { place: this.#places.mark, params: [reason, removedAtMs, purgeAtMs, sessionKey] };
	}

	/** Rejected when there is no mark. */
	unmark(sessionKey: number): LoneStatement {
		return { place: this.#places.unmark, params: [sessionKey] };
	}

	/** All that is stored of the session goes, and its row in the archive comes. */
	purge({ sessionKey, reason }: Removal, activityAtMs: number): LoneStatement[] {
		const places = reason === "operator" ? [...this.#modulePurges, ...this.#purges] : this.#purges;
		return [
			{ place: this.#places.archive, params: [activityAtMs, sessionKey] },
			...places.map((place) => ({ place, params: [sessionKey] })),
			this.unmark(sessionKey),
		];
	}

	async #select(where: string, params: readonly SqlValue[]): Promise<Removal[]> {
		const rows = await this.#driver.query(`select * from removed_sessions ${where}`, params);
		return rows.map(removalFromRow);
	}
}

function removalFromRow(row: SqlRow): Removal {
	const reason = REMOVAL_REASONS.find((known) => known === row["reason"]);
	return {
		sessionKey: Number(row["session_key"]),
		sessionId: String(row["session_id"]),
		// The table's own check lets no other word in.
		reason: reason ?? "operator",
		removedAtMs: Number(row["removed_at"]),
		purgeAtMs: Number(row["purge_at"]),
	};
}
