import type { SqlValue, WriteBatch, WriteStatement } from "./driver.js";

/**
 * A batch as PostgreSQL takes it best. Plain inserts, of which the log is nearly all, become one
 * statement over arrays, however many rows there are; the rest goes one by one, in the order of the
 * sessions, so that two servers take their row locks in the same order.
 */

/** A statement as the engine runs it. */
export interface PreparedStatement {
	readonly sql: string;
	readonly paramCount: number;
	readonly changes: 1 | "any";
	/** The same for many rows, each parameter an array; null where it goes row by row. */
	readonly many: { readonly sql: string } | null;
}

/** One statement to run, and how its outcome is read. */
export interface Step {
	readonly sql: string;
	readonly params: readonly SqlValue[];
	/** The change each row belongs to. */
	readonly groups: readonly number[];
	/** How many rows it must change; null: any. */
	readonly mustChange: number | null;
	/** The first column of each row, which `returning` gives back; null for a single row. */
	readonly firsts: readonly SqlValue[] | null;
}

const PLAIN_INSERT = /^\s*insert into (\w+)\s*\(([^)]*)\)\s*values\s*\(([^)]*)\)\s*$/;

/** The table and the columns of an insert of nothing but its parameters; null for anything else. */
export function plainInsert(
	statement: WriteStatement,
): { readonly table: string; readonly columns: readonly string[] } | null {
	const [, table, columns, values] = PLAIN_INSERT.exec(statement.sql) ?? [];
	if (table === undefined || columns === undefined || values === undefined) return null;
	const names = columns.split(",").map((column) => column.trim());
	const isInOrder = values.split(",").every((value, at) => value.trim() === `$${at + 1}`);
	return isInOrder && names.length === statement.paramCount ? { table, columns: names } : null;
}

/** `types` are those of the columns, by name. */
export function prepareStatement(
	statement: WriteStatement,
	types: ReadonlyMap<string, string>,
): PreparedStatement {
	const { sql, paramCount, changes } = statement;
	const insert = plainInsert(statement);
	if (insert === null) return { sql, paramCount, changes, many: null };
	const { table, columns } = insert;
	const arrays = columns.map((column, at) => `$${at + 1}::${types.get(column) ?? "text"}[]`);
	// A row that is there already is left out and counted, instead of failing all of the others.
	return {
		sql: `${sql} on conflict do nothing`,
		paramCount,
		changes,
		many: {
			sql: `insert into ${table} (${columns.join(", ")})
				select * from unnest(${arrays.join(", ")}) order by 1, 2
				on conflict do nothing returning ${columns[0]}`,
		},
	};
}

/**
 * What to run, in order. `oneByOne`: no arrays, so that the outcome of each row tells whose it was.
 */
export function planBatch(
	batch: WriteBatch,
	prepared: readonly PreparedStatement[],
	oneByOne: boolean,
): Step[] {
	const rows = readRows(batch, prepared);
	const sets = new Map<PreparedStatement, Row[]>();
	const singles: Row[] = [];
	for (const row of rows) {
		if (oneByOne || row.statement.many === null) singles.push(row);
		else sets.set(row.statement, [...(sets.get(row.statement) ?? []), row]);
	}
	// The batch's own rows last: every server writes to some of them, and holds them shortly so.
	const order = (group: number): number => (group === 0 ? Number.MAX_VALUE : group);
	singles.sort((a, b) => order(a.group) - order(b.group));
	return [...[...sets].map(([statement, of]) => manyStep(statement, of)), ...singles.map(oneStep)];
}

interface Row {
	readonly statement: PreparedStatement;
	readonly group: number;
	readonly params: readonly SqlValue[];
}

function readRows(batch: WriteBatch, prepared: readonly PreparedStatement[]): Row[] {
	const rows: Row[] = [];
	let at = 0;
	while (at < batch.length) {
		const statement = prepared[batch[at] as number] as PreparedStatement;
		const from = at + 2;
		const params = batch.slice(from, from + statement.paramCount);
		rows.push({ statement, group: batch[at + 1] as number, params });
		at = from + statement.paramCount;
	}
	return rows;
}

const oneStep = ({ statement, group, params }: Row): Step => ({
	sql: statement.sql,
	params,
	groups: [group],
	mustChange: statement.changes === 1 ? 1 : null,
	firsts: null,
});

function manyStep(statement: PreparedStatement, rows: readonly Row[]): Step {
	const params = Array.from({ length: statement.paramCount }, (_, column) =>
		arrayLiteral(rows.map((row) => row.params[column] ?? null)),
	);
	return {
		sql: statement.many?.sql ?? statement.sql,
		params,
		groups: rows.map(({ group }) => group),
		mustChange: statement.changes === 1 ? rows.length : null,
		firsts: rows.map((row) => row.params[0] ?? null),
	};
}

/** An array in PostgreSQL's own writing: section 8.15.2 of its manual. */
export function arrayLiteral(values: readonly SqlValue[]): string {
	return `{${values.map(element).join(",")}}`;
}

function element(value: SqlValue): string {
	if (value === null) return "NULL";
	if (typeof value === "number") return String(value);
	if (typeof value === "string") return `"${value.replace(/[\\"]/g, "\\$&")}"`;
	return `"\\\\x${Buffer.from(value).toString("hex")}"`;
}
