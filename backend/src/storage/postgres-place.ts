import type { ReservedSql } from "postgres";
import { SavepointError } from "../errors.js";
import { MOVE_ALIVE_MS } from "../limits.js";
import type { SqlRow, SqlValue } from "./driver.js";
import type { MovePlace, RowKey, SessionRows, TableShape } from "./move/ports.js";
import {
	asParameter,
	type Connections,
	connect,
	select,
	shownAddress,
} from "./postgres-connection.js";
import { translatePostgresError } from "./postgres-errors.js";

/** Rows of one step of a cursor: the largest take half a megabyte each. */
const CURSOR_ROWS = 500;
const POOL = 4;

/** Every base table of the schema with its columns, and the place of each in the primary key. */
const SELECT_COLUMNS = `select c.relname as table_name, a.attname as column_name,
		format_type(a.atttypid, null) as type,
		coalesce(array_position(i.indkey::int[], a.attnum::int), -1) as key_place
	from pg_class c
	join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
	left join pg_index i on i.indrelid = c.oid and i.indisprimary
	where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
	order by c.relname, a.attname`;

/** A database that is read for a move. Large tables come through a cursor. */
export class PostgresPlace implements MovePlace {
	readonly location: string;
	protected readonly connections: Connections;
	/** The transaction that sees one moment, where there is one. */
	#frozen: ReservedSql | null = null;
	/** Of the columns, by table and name. */
	protected types: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();

	constructor(url: string) {
		this.location = shownAddress(url);
		this.connections = connect({ url, synchronousCommit: "on", max: POOL, isPatient: true });
	}

	/** Servers tell each other, several times a second, that one of them lives. */
	async isServed(): Promise<boolean> {
		const tables = await this.tables();
		if (!tables.some(({ name }) => name === "service")) return false;
		const [row] = await this.select(
			`select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - heartbeat_at as age
			from service where id = 1`,
		);
		return row !== undefined && Math.abs(Number(row["age"])) < MOVE_ALIVE_MS;
	}

	async tables(): Promise<TableShape[]> {
		const rows = await this.select(SELECT_COLUMNS);
		const byTable = new Map<string, SqlRow[]>();
		for (const row of rows) {
			const name = String(row["table_name"]);
			byTable.set(name, [...(byTable.get(name) ?? []), row]);
		}
		this.types = new Map(
			[...byTable].map(([name, columns]) => [
				name,
				new Map(columns.map((row) => [String(row["column_name"]), String(row["type"])])),
			]),
		);
		return [...byTable].map(([name, columns]) => ({
			name,
			key: columns
				.filter((row) => Number(row["key_place"]) >= 0)
				.sort((a, b) => Number(a["key_place"]) - Number(b["key_place"]))
				.map((row) => String(row["column_name"])),
			columns: columns.map((row) => String(row["column_name"])).sort(),
		}));
	}

	async select(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		return this.translated(select(this.#reader, sql, params));
	}

	async count(table: string): Promise<number> {
		const [row] = await this.select(`select count(*) as n from ${table}`);
		return Number(row?.["n"] ?? 0);
	}

	async *pages(table: TableShape, after: RowKey | null): AsyncGenerator<SqlRow[]> {
		const key = table.key.map((column) => this.#inByteOrder(table, column)).join(", ");
		const marks = table.key.map((_, at) => `$${at + 1}`).join(", ");
		const where = after === null ? "" : `where (${key}) > (${marks})`;
		const sql = `${selectAll(table)} ${where} order by ${key}`;
		try {
			const query = this.#reader.unsafe(sql, (after ?? []).map(asParameter));
			for await (const page of query.cursor(CURSOR_ROWS)) yield page as unknown as SqlRow[];
		} catch (error) {
			throw translatePostgresError(error);
		}
	}

	/**
	 * One table after the other. A session whose row changes meanwhile has another checksum then, and
	 * is found by it; so its row has to be read before all others.
	 */
	async sessionRows(tables: readonly TableShape[], keys: readonly number[]): Promise<SessionRows> {
		const found = new Map<string, SqlRow[]>();
		for (const table of tables)
			found.set(
				table.name,
				await this.translated(
					this.#reader
						.unsafe(
							`${selectAll(table)} where session_key in (${keys.join(", ")})
							order by ${table.key.join(", ")}`,
						)
						.then((rows) => [...rows] as unknown as SqlRow[]),
				),
			);
		return found;
	}

	async heads(keys: readonly number[]): Promise<Map<number, string>> {
		const rows = await this.translated(
			this.#reader.unsafe(
				`select distinct on (session_key) session_key, seq, hash from moves
				where session_key in (${keys.join(", ")}) order by session_key, seq desc`,
			),
		);
		return new Map(
			[...rows].map((row) => [Number(row["session_key"]), `${row["seq"]} ${row["hash"]}`]),
		);
	}

	async bytes(): Promise<number> {
		const [row] = await this.select(
			`select coalesce(sum(pg_total_relation_size(oid)), 0) as bytes from pg_class
			where relkind = 'r' and relnamespace = current_schema()::regnamespace`,
		);
		return Number(row?.["bytes"] ?? 0);
	}

	async freeze(): Promise<void> {
		const connection = await this.translated(this.connections.reserve());
		await this.translated(connection.unsafe("begin isolation level repeatable read read only"));
		this.#frozen = connection;
	}

	async close(): Promise<void> {
		await this.#frozen?.unsafe("rollback").catch(() => undefined);
		this.#frozen?.release();
		await this.connections.end({ timeout: 2 });
	}

	protected typeOf(table: string, column: string): string {
		const type = this.types.get(table)?.get(column);
		if (type === undefined) throw new SavepointError("INTERNAL", `${table} has no ${column}`);
		return type;
	}

	protected async translated<T>(work: PromiseLike<T>): Promise<T> {
		try {
			return await work;
		} catch (error) {
			throw translatePostgresError(error);
		}
	}

	get #reader(): Pick<Connections, "unsafe"> {
		return this.#frozen ?? this.connections;
	}

	/** Text byte by byte, whatever the language of the database. */
	#inByteOrder(table: TableShape, column: string): string {
		return this.typeOf(table.name, column) === "text" ? `${column} collate "C"` : column;
	}
}

const selectAll = ({ selection, columns, name }: TableShape): string =>
	`select ${selection ?? columns.join(", ")} from ${name}`;
