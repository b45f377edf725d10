import type { SqlRow } from "../driver.js";
import type { RecordValue } from "./record-format.js";

/**
 * How the rows of a table lie in its records. Taken from a fresh database of the same schema
 * (`sqlite-salvage-scratch.ts`), so that no table is described twice.
 */
export interface TableLayout {
	readonly table: string;
	/** Tables without row numbers live in b-trees of kind "index". */
	readonly kind: "table" | "index";
	/** In the order of the record, which begins with the primary key where there is no row number. */
	readonly columns: readonly LayoutColumn[];
	/** The column that stands for the row number; its place in the record is empty. */
	readonly rowidColumn: string | null;
	/** The columns as they were declared: what a row's checksum covers, in this order. */
	readonly declared: readonly string[];
	/** False for an index, whose entries repeat what its table holds. */
	readonly isTable: boolean;
}

export interface LayoutColumn {
	readonly name: string;
	readonly type: "integer" | "text" | "blob" | "any";
	readonly isNullable: boolean;
	/** What a row that is older than the column has there. */
	readonly fallback: RecordValue;
}

const fits = (column: LayoutColumn, value: RecordValue): boolean => {
	if (value === null) return column.isNullable;
	switch (column.type) {
		case "integer":
			return Number.isSafeInteger(value);
		case "text":
			return typeof value === "string";
		case "blob":
			return value instanceof Uint8Array;
		case "any":
			return true;
	}
};

/** The row that a record is of this table; null where it cannot be one. */
export function rowOf(
	layout: TableLayout,
	record: readonly RecordValue[],
	rowid: number | null,
): SqlRow | null {
	if (record.length > layout.columns.length) return null;
	const row: Record<string, RecordValue> = {};
	for (const [at, column] of layout.columns.entries()) {
		const value = at < record.length ? record[at] : column.fallback;
		if (column.name === layout.rowidColumn) {
			if (value !== null || rowid === null) return null;
			row[column.name] = rowid;
			continue;
		}
		if (value === undefined || !fits(column, value)) return null;
		row[column.name] = value;
	}
	return row;
}

/** Of the layouts that a record fits, the one it fits without a column being made up. */
export function findLayout(
	layouts: readonly TableLayout[],
	kind: TableLayout["kind"],
	record: readonly RecordValue[],
	rowid: number | null,
): { layout: TableLayout; row: SqlRow } | null {
	for (const isExact of [true, false])
		for (const layout of layouts) {
			if (layout.kind !== kind || (record.length === layout.columns.length) !== isExact) continue;
			const row = rowOf(layout, record, rowid);
			if (row !== null) return { layout, row };
		}
	return null;
}

/** Tables that are ordered by the session, so that a page covers a range of sessions. */
export const isBySession = (layout: TableLayout): boolean =>
	layout.isTable &&
	(layout.rowidColumn === "session_key" ||
		(layout.kind === "index" && layout.columns[0]?.name === "session_key"));
