import type { SqlRow, SqlValue } from "../driver.js";

/**
 * The one thing every check looks through: a connection that cannot write. `sqlite-look.ts` opens
 * it.
 */
export interface ReadOnlyDatabase {
	/**
	 * The statement bounds how many. Throws SavepointError, STORAGE_CORRUPT for a page that is
	 * damaged.
	 */
	all(sql: string, params?: readonly SqlValue[]): SqlRow[];
	/**
	 * One row at a time, for what may be large. Whoever stops early calls `return`. Throws as `all`.
	 */
	each(sql: string, params?: readonly SqlValue[]): IterableIterator<SqlRow>;
	/**
	 * What `read` sees is of one moment; it must be short, as the WAL cannot start over meanwhile.
	 */
	snapshot<T>(read: () => T): T;
	/** The pragmas that matter, as this connection has them. */
	settings(): Readonly<Record<string, string | number>>;
}
