import Database, { type Database as Connection, type Statement } from "better-sqlite3";
import type { SqlRow } from "./driver.js";
import { type Migration, migrate } from "./migrate.js";
import { logEntries } from "./packed-log.js";
import type { RowOrigin } from "./recovery/carve.js";
import { matchesChecksum } from "./recovery/row-checksum.js";
import type { LayoutColumn, TableLayout } from "./recovery/table-layout.js";
import { named } from "./sqlite-binding.js";

/**
 * A database for what is found on the pages of a damaged one, in the schema that the damaged one
 * had: so the ordinary migrations bring it up to date afterwards. It is scratch: a kill throws it
 * away.
 *
 * Log entries all lie in `move_tail`, where a place in the log may have several candidates; their
 * row numbers tell where each was found.
 */
const FIRST_TAIL_ID: Readonly<Record<RowOrigin, number>> = { file: 0, wal: 2 ** 40, old: 2 ** 41 };

export const originOf = (tailId: number): RowOrigin =>
	tailId >= FIRST_TAIL_ID.old ? "old" : tailId >= FIRST_TAIL_ID.wal ? "wal" : "file";

/** Tables whose rows follow from others. */
const REBUILT: ReadonlySet<string> = new Set(["artifacts", "session_stats", "logs_to_pack"]);
/** What lies here is proven, or not, by the chain of its session. */
export const LOG_TABLES: ReadonlySet<string> = new Set(["moves", "move_tail", "packed_logs"]);

/** Migrations that the damaged database was found to have. */
export type FoundHistory = readonly { version: number; name: string; checksum: string }[];

export class Scratch {
	readonly connection: Connection;
	readonly layouts: readonly TableLayout[];
	readonly history: { version: number; name: string; checksum: string }[] = [];
	readonly #statements = new Map<string, Statement>();
	readonly #nextTailId: Record<RowOrigin, number> = { ...FIRST_TAIL_ID };

	private constructor(connection: Connection) {
		this.connection = connection;
		this.layouts = readLayouts(connection);
	}

	static async create(path: string, migrations: readonly Migration[]): Promise<Scratch> {
		const connection = new Database(path);
		connection.pragma("journal_mode = memory");
		connection.pragma("synchronous = off");
		await migrateConnection(connection, migrations);
		connection.exec("delete from session_stats; delete from schema_migrations");
		connection.exec(`
			create table temp.unproven_sessions (session_key integer, row text);
			create table temp.packed (session_key integer, seq integer, log blob, is_old integer);
			create index temp.packed_by_session on packed (session_key);`);
		return new Scratch(connection);
	}

	begin(): void {
		this.connection.exec("begin");
	}

	/** After the last row. */
	finish(): void {
		this.connection.exec(
			"create index scratch_log on move_tail (session_key, seq, tail_id); commit",
		);
	}

	/** Takes a row as far as it proves itself; false: it does not match its own checksum. */
	add(layout: TableLayout, row: SqlRow, origin: RowOrigin): boolean {
		const { table } = layout;
		if (table === "packed_logs") return this.#addPacked(row, origin);
		if (LOG_TABLES.has(table)) return this.#addLogEntry(row, origin);
		if (REBUILT.has(table)) return true;
		if (table === "service") return this.#addService(row);
		if (table === "schema_migrations") return this.#addHistory(row);
		if (!layout.declared.includes("checksum")) {
			this.#insert(table, row, KEEP_FIRST);
			return true;
		}
		if (!matchesChecksum(layout, row)) {
			if (table === "sessions") this.#addUnproven(row);
			return false;
		}
		if (table === "sessions") this.#insert(table, row, NEWER_SNAPSHOT);
		else this.#insert(table, row, KEEP_FIRST);
		return true;
	}

	#addLogEntry(row: SqlRow, origin: RowOrigin): boolean {
		this.#nextTailId[origin] += 1;
		this.#insert("move_tail", { ...row, tail_id: this.#nextTailId[origin] }, NONE);
		return true;
	}

	/** A whole log in one value: whether it is the session's, only playing it tells. */
	#addPacked(row: SqlRow, origin: RowOrigin): boolean {
		const { session_key: key, seq, log } = row;
		try {
			logEntries([{ session_key: key ?? null, seq: seq ?? null, packed: log ?? null }]);
		} catch {
			return false;
		}
		this.#insert(
			"temp.packed",
			{ session_key: key ?? 0, seq: seq ?? 0, log: log ?? "", is_old: origin === "old" ? 1 : 0 },
			NONE,
		);
		return true;
	}

	#addService(row: SqlRow): boolean {
		this.#insert("service", row, NEWER_HEARTBEAT);
		return true;
	}

	#addHistory(row: SqlRow): boolean {
		this.history.push({
			version: Number(row["version"]),
			name: String(row["name"]),
			checksum: String(row["checksum"]),
		});
		return true;
	}

	#addUnproven(row: SqlRow): void {
		this.connection
			.prepare("insert into temp.unproven_sessions (session_key, row) values (?, ?)")
			.run(row["session_key"], JSON.stringify(row));
	}

	/** A row that stands in the way of another one's keys is left out: both cannot be true. */
	#insert(table: string, row: SqlRow, conflict: (row: SqlRow) => string): void {
		const columns = Object.keys(row);
		const key = `${table} ${columns.join()}`;
		let statement = this.#statements.get(key);
		if (statement === undefined) {
			const places = columns.map(() => "?").join();
			statement = this.connection.prepare(
				`insert into ${table} (${columns.join()}) values (${places}) ${conflict(row)}`,
			);
			this.#statements.set(key, statement);
		}
		try {
			statement.run(...columns.map((column) => row[column]));
		} catch (error) {
			if (!(error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT")))
				throw error;
		}
	}
}

/** Of two rows with one key the one that is further on stays. */
const furtherOn = (table: string, key: string, by: string) => (row: SqlRow) => {
	const columns = Object.keys(row).map((column) => `${column} = excluded.${column}`);
	return `on conflict (${key}) do update set ${columns.join()} where excluded.${by} > ${table}.${by}`;
};
/** What a snapshot stands for is in the log anyway. */
const NEWER_SNAPSHOT = furtherOn("sessions", "session_key", "seq");
const NEWER_HEARTBEAT = furtherOn("service", "id", "heartbeat_at");
const KEEP_FIRST = (): string => "on conflict do nothing";
const NONE = (): string => "";

/** Migrations by the ordinary code, on a connection that nobody else has. */
export async function migrateConnection(
	connection: Connection,
	migrations: readonly Migration[],
): Promise<void> {
	await migrate(
		{
			engine: "sqlite",
			select: (sql, params = []) =>
				Promise.resolve(connection.prepare(sql).all(named(params)) as SqlRow[]),
			applyMigration: (script, record) => {
				connection.transaction(() => {
					connection.exec(script);
					connection.prepare(record.sql).run(named(record.params));
				})();
				return Promise.resolve();
			},
		},
		migrations,
		Date.now,
	);
}

interface ColumnRow {
	readonly name: string;
	readonly type: string;
	readonly notnull: number;
	readonly dflt_value: string | null;
	readonly pk: number;
}

/** Every table and every index of the schema, as their records are laid out. */
export function readLayouts(connection: Connection): TableLayout[] {
	const tables = connection
		.prepare("select name, wr from pragma_table_list where schema = 'main' and type = 'table'")
		.all() as { name: string; wr: number }[];
	return tables.flatMap(({ name, wr }) => {
		const columns = connection
			.prepare("select * from pragma_table_xinfo(?) order by cid")
			.all(name) as ColumnRow[];
		return [
			tableLayout(connection, name, columns, wr === 1),
			...indexLayouts(connection, name, columns),
		];
	});
}

function tableLayout(
	connection: Connection,
	table: string,
	columns: readonly ColumnRow[],
	isWithoutRowid: boolean,
): TableLayout {
	const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
	const rest = columns.filter(({ pk }) => pk === 0);
	const [key] = keys;
	const isAlias = !isWithoutRowid && keys.length === 1 && key?.type.toLowerCase() === "integer";
	return {
		table,
		kind: isWithoutRowid ? "index" : "table",
		columns: (isWithoutRowid ? [...keys, ...rest] : columns).map((column) =>
			layoutColumn(connection, column),
		),
		rowidColumn: isAlias ? (key?.name ?? null) : null,
		declared: columns.map(({ name }) => name),
		isTable: true,
	};
}

function layoutColumn(connection: Connection, column: ColumnRow): LayoutColumn {
	const type = column.type.toLowerCase();
	return {
		name: column.name,
		type: typeOf(type),
		isNullable: column.notnull === 0 && column.pk === 0,
		fallback:
			column.dflt_value === null
				? null
				: (connection.prepare(`select ${column.dflt_value}`).pluck().get() as SqlRow[string]),
	};
}

const typeOf = (type: string): LayoutColumn["type"] => {
	if (type.includes("int")) return "integer";
	return type === "text" || type === "blob" ? type : "any";
};

function indexLayouts(
	connection: Connection,
	table: string,
	columns: readonly ColumnRow[],
): TableLayout[] {
	const indexes = connection
		.prepare("select l.name, t.wr, l.origin from pragma_index_list(?) l, pragma_table_list(?) t")
		.all(table, table) as { name: string; wr: number; origin: string }[];
	return indexes
		.filter(({ wr, origin }) => wr === 0 || origin !== "pk")
		.map(({ name }) => {
			const parts = connection
				.prepare("select name from pragma_index_xinfo(?) order by seqno")
				.pluck()
				.all(name) as (string | null)[];
			return {
				table: name,
				kind: "index",
				columns: parts.map((part) => {
					const column = columns.find((one) => one.name === part);
					const rowNumber = {
						name: "",
						type: "integer",
						isNullable: false,
						fallback: null,
					} as const;
					return column === undefined ? rowNumber : layoutColumn(connection, column);
				}),
				rowidColumn: null,
				declared: [],
				isTable: false,
			};
		});
}
