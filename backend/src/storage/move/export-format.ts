import { SavepointError } from "../../errors.js";
import type { SqlRow, SqlValue } from "../driver.js";
import type { TableShape } from "./ports.js";

/** The lines of an export; docs/reference/export-format.md describes them. */

export const EXPORT_FORMAT = "savepoint-export";
export const EXPORT_VERSION = 1;

export interface ExportHeader {
	readonly format: typeof EXPORT_FORMAT;
	readonly version: typeof EXPORT_VERSION;
	/** The newest migration of the storage. */
	readonly schema: number;
	readonly instance: string;
	readonly generation: number;
	/** ISO 8601, UTC. */
	readonly exportedAt: string;
	/** The columns of each table, in the order of the values of its rows. */
	readonly columns: Readonly<Record<string, readonly string[]>>;
}

export interface ExportTrailer {
	readonly end: true;
	/** Before this one. */
	readonly lines: number;
	readonly sessions: number;
	readonly moves: number;
	/** Of the lines between header and trailer: the same for the same content. */
	readonly contentSha256: string;
	/** Of every line before this one. */
	readonly sha256: string;
}

type CellJson = string | number | null | { readonly base64: string };

/** A session with all that is stored of it, by the names of its tables. */
export type SessionLine = { readonly session: Readonly<Record<string, readonly CellJson[][]>> };
export type ContentLine =
	| SessionLine
	| { readonly table: string; readonly row: readonly CellJson[] }
	| { readonly service: Readonly<Record<string, CellJson>> }
	| { readonly counters: readonly CellJson[] };

export const cellsOf = (columns: readonly string[], row: SqlRow): CellJson[] =>
	columns.map((column) => cellOf(row[column] ?? null));

export const cellOf = (value: SqlValue): CellJson =>
	value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;

/** Throws IMPORT_INVALID. */
export function rowOf(columns: readonly string[], cells: unknown): SqlRow {
	if (!Array.isArray(cells) || cells.length !== columns.length)
		throw invalid("a row has not as many values as its table has columns");
	return Object.fromEntries(columns.map((column, at) => [column, cellValue(cells[at])]));
}

/** Throws IMPORT_INVALID. */
export function cellValue(cell: unknown): SqlValue {
	if (cell === null || typeof cell === "string" || Number.isSafeInteger(cell))
		return cell as SqlValue;
	if (typeof cell === "object" && "base64" in cell && typeof cell.base64 === "string")
		return new Uint8Array(Buffer.from(cell.base64, "base64"));
	throw invalid("a value is no text, no whole number and no bytes");
}

export const columnsOf = (tables: readonly TableShape[]): ExportHeader["columns"] =>
	Object.fromEntries(tables.map(({ name, columns }) => [name, columns]));

export const invalid = (what: string): SavepointError =>
	new SavepointError("IMPORT_INVALID", `The file is not a whole export: ${what}.`);
