import type { SqlDriver, SqlRow, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList, StorageModule } from "../module.js";
import type { StoredNotice } from "./ports.js";

const insertNotice: WriteStatement = {
	sql: `insert into notices
			(notice_id, created_at, title, message, valid_from, valid_to, withdrawn_at)
		values ($1, $2, $3, $4, $5, $6, $7)`,
	paramCount: 7,
	changes: 1,
};

/** Withdrawn with a time, shown again with null. */
const withdrawNotice: WriteStatement = {
	sql: "update notices set withdrawn_at = $1 where notice_id = $2",
	paramCount: 2,
	changes: 1,
};

export const NOTICES: StorageModule = {
	name: "notices",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertNotice, withdrawNotice],
};

/**
 * Reads notices, and says what a change to them would write; whoever makes the change commits it
 * together with its entry in the audit log.
 */
export class NoticeRepo {
	readonly #driver: SqlDriver;
	readonly #places: { readonly insert: number; readonly withdraw: number };

	constructor(driver: SqlDriver, statements: StatementList) {
		this.#driver = driver;
		this.#places = {
			insert: statements.placeOf(insertNotice),
			withdraw: statements.placeOf(withdrawNotice),
		};
	}

	/** Not withdrawn and not over at `nowMs`, oldest first: shown now or planned. */
	async current(nowMs: number, limit: number): Promise<StoredNotice[]> {
		const rows = await this.#driver.query(
			`select * from notices where valid_to > $1 and withdrawn_at is null
			order by valid_to, notice_id limit $2`,
			[nowMs, limit],
		);
		return rows.map(noticeFromRow);
	}

	/** All there ever were, newest first. */
	async newest(limit: number): Promise<StoredNotice[]> {
		const rows = await this.#driver.query(
			"select * from notices order by notice_id desc limit $1",
			[limit],
		);
		return rows.map(noticeFromRow);
	}

	async find(id: string): Promise<StoredNotice | null> {
		const [row] = await this.#driver.query("select * from notices where notice_id = $1", [id]);
		return row === undefined ? null : noticeFromRow(row);
	}

	insertion(notice: StoredNotice): LoneStatement {
		const { id, createdAtMs, title, message, validFromMs, validToMs, withdrawnAtMs } = notice;
		const params = [id, createdAtMs, title, message, validFromMs, validToMs, withdrawnAtMs];
		return { place: this.#places.insert, params };
	}

	/** `atMs` null: it is shown again. */
	withdrawal(id: string, atMs: number | null): LoneStatement {
		return { place: this.#places.withdraw, params: [atMs, id] };
	}
}

const noticeFromRow = (row: SqlRow): StoredNotice => ({
	id: String(row["notice_id"]),
	createdAtMs: Number(row["created_at"]),
	title: String(row["title"]),
	message: String(row["message"]),
	validFromMs: Number(row["valid_from"]),
	validToMs: Number(row["valid_to"]),
	withdrawnAtMs: row["withdrawn_at"] === null ? null : Number(row["withdrawn_at"]),
});
