import type { SqlRow, SqlValue } from "../driver.js";
import type { Reads } from "./reads.js";

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
	hasTable(name: string): boolean;
	/** The pragmas that matter, as this connection has them. */
	settings(): Readonly<Record<string, string | number>>;
}

/** For the checks that are the same for every engine. */
export const readsOf = (database: ReadOnlyDatabase): Reads => ({
	hasTable: async (name) => database.hasTable(name),
	atOneMoment: async (...queries) =>
		database.snapshot(() => queries.map(([sql, params]) => database.all(sql, params))),
});
