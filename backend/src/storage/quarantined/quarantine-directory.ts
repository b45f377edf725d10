import type { SessionStanding } from "@savepoint/core";
import type { SqlDriver, SqlRow } from "../driver.js";
import { type QuarantinedSession, quarantinedHead } from "./quarantined-rows.js";

/** A session of the register as a list shows it: without the rows that were found. */
export interface QuarantineListing extends Omit<QuarantinedSession, "evidence"> {
	/** Where the page after this one goes on. */
	readonly cursor: string;
	/** null: not even its row is there. */
	readonly sessionId: string | null;
}

/** Beyond so many rows a count says "at least". */
export const QUARANTINED_COUNTED_MAX = 10_000;

/**
 * The register for operators: a page is one walk along the index by time. The evidence may be half
 * a megabyte a row and is left where it is, so a row's checksum, which covers it, is not looked at
 * here; that is doctor's.
 */
export class QuarantineDirectory {
	readonly #driver: SqlDriver;

	constructor(driver: SqlDriver) {
		this.#driver = driver;
	}

	/** Last noticed first; what is no cursor of ours begins at the first page. */
	async page(cursor: string | null, limit: number): Promise<QuarantineListing[]> {
		const [, atMs, key] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
		const rows = await this.#driver.query(
			`select q.session_key, q.noticed_at, q.standing, q.reason, q.kept_moves, q.lost_from_seq,
				q.lost_to_seq, q.rebuilt_at, s.session_id
			from quarantined_sessions q left join sessions s on s.session_key = q.session_key
			where q.noticed_at <= $1 and (q.noticed_at < $1 or q.session_key < $2)
			order by q.noticed_at desc, q.session_key desc limit $3`,
			[Number(atMs ?? Number.MAX_SAFE_INTEGER), Number(key ?? Number.MAX_SAFE_INTEGER), limit],
		);
		return rows.map(listingFromRow);
	}

	/** How many stand how, of the last that were noticed: a bounded walk along the index alone. */
	async counts(): Promise<Partial<Record<SessionStanding, number>>> {
		const rows = await this.#driver.query(
			`select standing, count(*) as sessions from (
				select standing from quarantined_sessions order by noticed_at desc limit $1) newest
			group by standing`,
			[QUARANTINED_COUNTED_MAX],
		);
		return Object.fromEntries(rows.map((row) => [row["standing"], Number(row["sessions"])]));
	}
}

function listingFromRow(row: SqlRow): QuarantineListing {
	const { session_id: id } = row;
	return {
		...quarantinedHead(row),
		cursor: `${row["noticed_at"]}.${row["session_key"]}`,
		sessionId: typeof id === "string" ? id : null,
	};
}
