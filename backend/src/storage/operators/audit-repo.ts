import { AUDIT_ACTIONS } from "@savepoint/core";
import type { SqlDriver, SqlRow, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList } from "../module.js";
import { UnreadableRow } from "../serializers.js";
import type { StoredAuditEntry } from "./ports.js";

export const insertAuditEntry: WriteStatement = {
	sql: `insert into audit_log
			(audit_id, at, action, subject, origin, state_before, state_after, undone_by)
		values ($1, $2, $3, $4, $5, $6, $7, null)`,
	paramCount: 7,
	changes: 1,
};

/** Once: of two that undo the same entry at once, the second is rejected. */
export const markUndone: WriteStatement = {
	sql: "update audit_log set undone_by = $1 where audit_id = $2 and undone_by is null",
	paramCount: 2,
	changes: 1,
};

/** Larger than any character of an id. */
const AFTER_EVERY_ID = "~";

/** Entries are never changed, but for the mark of the one that undid them. */
export class AuditRepo {
	readonly #driver: SqlDriver;
	readonly #places: { readonly insert: number; readonly undone: number };

	constructor(driver: SqlDriver, statements: StatementList) {
		this.#driver = driver;
		this.#places = {
			insert: statements.placeOf(insertAuditEntry),
			undone: statements.placeOf(markUndone),
		};
	}

	/** Newest first; `before` is the last id of the page before, null for the first page. */
	async page(before: string | null, limit: number): Promise<StoredAuditEntry[]> {
		const rows =
			before === null
				? await this.#driver.query("select * from audit_log order by audit_id desc limit $1", [
						limit,
					])
				: await this.#driver.query(
						"select * from audit_log where audit_id < $1 order by audit_id desc limit $2",
						[before, limit],
					);
		return rows.map(auditEntryFromRow);
	}

	async pageOf(subject: string, before: string | null, limit: number): Promise<StoredAuditEntry[]> {
		const rows = await this.#driver.query(
			`select * from audit_log where subject = $1 and audit_id < $2
			order by audit_id desc limit $3`,
			[subject, before ?? AFTER_EVERY_ID, limit],
		);
		return rows.map(auditEntryFromRow);
	}

	async find(id: string): Promise<StoredAuditEntry | null> {
		const [row] = await this.#driver.query("select * from audit_log where audit_id = $1", [id]);
		return row === undefined ? null : auditEntryFromRow(row);
	}

	insertion(entry: Omit<StoredAuditEntry, "undoneBy">): LoneStatement {
		const { id, atMs, action, subject, origin, before, after } = entry;
		const params = [id, atMs, action, subject, origin, encodeState(before), encodeState(after)];
		return { place: this.#places.insert, params };
	}

	/** Rejected with STORAGE_CONFLICT when the entry was undone meanwhile. */
	undoing(undoneId: string, by: string): LoneStatement {
		return { place: this.#places.undone, params: [by, undoneId] };
	}
}

const encodeState = (state: unknown): string | null =>
	state === null || state === undefined ? null : JSON.stringify(state);

function auditEntryFromRow(row: SqlRow): StoredAuditEntry {
	const action = AUDIT_ACTIONS.find((known) => known === row["action"]);
	if (action === undefined) throw new UnreadableRow("an audit entry's action does not read back");
	return {
		id: String(row["audit_id"]),
		atMs: Number(row["at"]),
		action,
		subject: row["subject"] as string | null,
		origin: String(row["origin"]),
		before: decodeState(row["state_before"]),
		after: decodeState(row["state_after"]),
		undoneBy: row["undone_by"] as string | null,
	};
}

const decodeState = (text: SqlRow[string] | undefined): unknown =>
	typeof text === "string" ? JSON.parse(text) : null;
