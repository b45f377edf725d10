import { statSync } from "node:fs";
import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import { MOVE_PAGE_BYTES, MOVE_PAGE_ROWS } from "../limits.js";
import type { SqlRow, SqlValue } from "./driver.js";
import { keyOf } from "./move/merge.js";
import type { MovePlace, RowKey, SessionRows, TableShape } from "./move/ports.js";
import { fileBytes } from "./sqlite-access.js";
import { named } from "./sqlite-binding.js";
import { translateSqliteError } from "./sqlite-errors.js";
import { isLocked } from "./sqlite-lock.js";
import { demandReadable, tidyUp } from "./sqlite-look.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { applyReaderSettings } from "./sqlite-settings.js";

/** The log is where it was folded to, and what was not folded yet. */
const READ_FROM: Readonly<Record<string, readonly string[]>> = { moves: ["moves", "move_tail"] };
export const readFrom = (table: string): readonly string[] => READ_FROM[table] ?? [table];
const NOT_MOVED: ReadonlySet<string> = new Set(["move_tail"]);

/** A database file that is read for a move: page by page, so that no page of its log is pinned. */
export class SqlitePlace implements MovePlace {
	readonly location: string;
	readonly paths: DatabasePaths;
	protected readonly connection: Connection;
	readonly #prepared = new Map<string, Statement>();

	constructor(paths: DatabasePaths, connection: Connection) {
		this.location = paths.database;
		this.paths = paths;
		this.connection = connection;
	}

	async isServed(): Promise<boolean> {
		return isLocked(this.paths);
	}

	async tables(): Promise<TableShape[]> {
		const names = await this.select(
			`select name from sqlite_schema
			where type = 'table' and name not like 'sqlite~_%' escape '~' order by name`,
		);
		return names
			.map((row) => String(row["name"]))
			.filter((name) => !NOT_MOVED.has(name))
			.map((name) => this.#shapeOf(name));
	}

	async select(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		return translated(() => this.statement(sql).all(named(params)) as SqlRow[]);
	}

	async count(table: string): Promise<number> {
		let count = 0;
		for (const from of readFrom(table)) {
			const [row] = await this.select(`select count(*) as n from ${from}`);
			count += Number(row?.["n"] ?? 0);
		}
		return count;
	}

	async *pages(table: TableShape, after: RowKey | null): AsyncGenerator<SqlRow[]> {
		let mark = after;
		for (;;) {
			const page = translated(() => this.#page(table, mark));
			const last = page.at(-1);
			if (last === undefined) return;
			yield page;
			mark = keyOf(table, last);
		}
	}

	/** At one moment: a log that is being packed is read in one of its two forms. */
	async sessionRows(tables: readonly TableShape[], keys: readonly number[]): Promise<SessionRows> {
		const list = keys.join(", ");
		return this.atOneMoment(() => {
			const found = tables.map((table): [string, SqlRow[]] => {
				const sql = selectAll(table, `where session_key in (${list})`);
				const rows = this.connection.prepare(`${sql} order by ${table.key.join(", ")}`).all();
				return [table.name, rows as SqlRow[]];
			});
			return new Map(found);
		});
	}

	/** The columns beside a `max` are those of its row. */
	async heads(keys: readonly number[]): Promise<Map<number, string>> {
		const where = `where session_key in (${keys.join(", ")})`;
		const rows = translated(() =>
			this.connection
				.prepare(
					`select session_key, max(seq) as seq, hash from (
						select session_key, seq, hash from moves ${where}
						union all select session_key, seq, hash from move_tail ${where}
					) group by session_key`,
				)
				.all(),
		) as SqlRow[];
		return new Map(rows.map((row) => [Number(row["session_key"]), `${row["seq"]} ${row["hash"]}`]));
	}

	async bytes(): Promise<number> {
		return (fileBytes(this.paths.database) ?? 0) + (fileBytes(this.paths.wal) ?? 0);
	}

	/** Beside a server its log of writes grows until this is closed. */
	async freeze(): Promise<void> {
		translated(() => {
			this.connection.exec("begin");
			this.connection.prepare("select count(*) from sqlite_schema").get();
		});
	}

	async close(): Promise<void> {
		if (this.connection.inTransaction) this.connection.exec("rollback");
		this.connection.close();
		tidyUp(this.paths);
	}

	protected statement(sql: string): Statement {
		const known = this.#prepared.get(sql);
		if (known !== undefined) return known;
		const statement = this.connection.prepare(sql);
		this.#prepared.set(sql, statement);
		return statement;
	}

	/** In the transaction that is open, where one is. */
	protected atOneMoment<T>(read: () => T): T {
		return translated(() =>
			this.connection.inTransaction ? read() : this.connection.transaction(read)(),
		);
	}

	#shapeOf(name: string): TableShape {
		const columns = this.connection.pragma(`table_info("${name}")`) as {
			readonly name: string;
			readonly pk: number;
		}[];
		const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
		return {
			name,
			key: key.map((column) => column.name),
			columns: columns.map((column) => column.name).sort(),
		};
	}

	/** As many rows as there is room for, at least one. */
	#page(table: TableShape, after: RowKey | null): SqlRow[] {
		const marks = table.key.map((_, at) => `$${at + 1}`).join(", ");
		const where = after === null ? "" : `where (${table.key.join(", ")}) > (${marks})`;
		const sql = `${selectAll(table, where)}
			order by ${table.key.join(", ")} limit ${MOVE_PAGE_ROWS}`;
		const page: SqlRow[] = [];
		let bytes = 0;
		for (const row of this.statement(sql).iterate(named(after ?? []))) {
			page.push(row as SqlRow);
			for (const value of Object.values(row as SqlRow)) bytes += sizeOf(value);
			if (bytes >= MOVE_PAGE_BYTES) break;
		}
		return page;
	}
}

const selectAll = ({ selection, columns, name }: TableShape, where: string): string =>
	readFrom(name)
		.map((from) => `select ${selection ?? columns.join(", ")} from ${from} ${where}`)
		.join(" union all ");

const sizeOf = (value: SqlValue): number =>
	typeof value === "string" || value instanceof Uint8Array ? value.length : 8;

export function translated<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw translateSqliteError(error);
	}
}

/**
 * A look that changes nothing; null where there is no database. Throws as `demandReadable` and when
 * the file cannot be opened.
 */
export function lookAtSqlite(paths: DatabasePaths): SqlitePlace | null {
	if (statSync(paths.database, { throwIfNoEntry: false }) === undefined) {
		// A directory that was never used, or one whose database is gone: the opening tells them apart.
		return null;
	}
	demandReadable(paths);
	const connection = openConnection(paths, { readonly: true });
	applyReaderSettings(connection);
	return new SqlitePlace(paths, connection);
}

export function openConnection(paths: DatabasePaths, options: { readonly: boolean }): Connection {
	try {
		return new Database(paths.database, { ...options, fileMustExist: true });
	} catch (error) {
		throw translateSqliteError(error);
	}
}
