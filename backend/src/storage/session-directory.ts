import type { SessionFilter } from "@savepoint/core";
import type { SqlDriver, SqlRow } from "./driver.js";
import { NOT_REMOVED } from "./session-repo.js";

/** A session as a list shows it: what its row says, without reading its log. */
export interface SessionListing {
	/** Where the page after this one goes on. */
	readonly cursor: string;
	readonly key: number;
	readonly id: string;
	readonly startedAtMs: number;
	readonly endedAtMs: number | null;
	readonly result: string | null;
	readonly stale: boolean;
	readonly durationMs: number;
	readonly score: number;
	readonly seq: number;
}

export interface DirectoryQuery {
	/** null: all of them. */
	readonly filter: SessionFilter | null;
	/** What the id begins with; empty: any. */
	readonly idPrefix: string;
	/** Of the last one on the page before; null: the first page. */
	readonly cursor: string | null;
	readonly limit: number;
}

const COLUMNS = `session_key, session_id, started_at, due_at, ended_at, result, stale, duration_ms,
	score, seq`;
/** Larger than any character of an id. */
const AFTER_EVERY_ID = "~";

/**
 * Lists of sessions for operators. Each page is one walk along an index, however many sessions
 * there are: all and ended ones newest first, as ids sort by time; active ones by the sweep's own
 * index, which holds no others, the one that falls due last first.
 */
export class SessionDirectory {
	readonly #driver: SqlDriver;

	constructor(driver: SqlDriver) {
		this.#driver = driver;
	}

	async page(query: DirectoryQuery): Promise<SessionListing[]> {
		return query.filter === "active" ? this.#activePage(query) : this.#pageById(query);
	}

	async #pageById({ filter, idPrefix, cursor, limit }: DirectoryQuery): Promise<SessionListing[]> {
		const onlyEnded = filter === "ended" ? "and result is not null" : "";
		const rows = await this.#driver.query(
			`select ${COLUMNS} from sessions s
			where ${NOT_REMOVED} and session_id >= $1 and session_id < $2 ${onlyEnded}
			order by session_id desc limit $3`,
			[idPrefix, cursor ?? idPrefix + AFTER_EVERY_ID, limit],
		);
		return rows.map((row) => listingFromRow(row, String(row["session_id"])));
	}

	async #activePage({ idPrefix, cursor, limit }: DirectoryQuery): Promise<SessionListing[]> {
		const { dueAtMs, key } = readDueCursor(cursor);
		const rows = await this.#driver.query(
			`select ${COLUMNS} from sessions s
			where ${NOT_REMOVED} and result is null and due_at <= $1 and (due_at < $1 or session_key < $2)
				and session_id >= $3 and session_id < $4
			order by due_at desc, session_key desc limit $5`,
			[dueAtMs, key, idPrefix, idPrefix + AFTER_EVERY_ID, limit],
		);
		return rows.map((row) => listingFromRow(row, `${row["due_at"]}.${row["session_key"]}`));
	}
}

/** What is no cursor of ours begins at the first page. */
function readDueCursor(cursor: string | null): { dueAtMs: number; key: number } {
	const [, dueAtMs, key] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
	return dueAtMs === undefined || key === undefined
		? { dueAtMs: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER }
		: { dueAtMs: Number(dueAtMs), key: Number(key) };
}

const listingFromRow = (row: SqlRow, cursor: string): SessionListing => ({
	cursor,
	key: Number(row["session_key"]),
	id: String(row["session_id"]),
	startedAtMs: Number(row["started_at"]),
	endedAtMs: row["ended_at"] === null ? null : Number(row["ended_at"]),
	result: row["result"] as string | null,
	stale: row["stale"] === 1,
	durationMs: Number(row["duration_ms"]),
	score: Number(row["score"]),
	seq: Number(row["seq"]),
});
