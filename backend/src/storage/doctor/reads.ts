import type { SqlRow, SqlValue } from "../driver.js";

export type Query = readonly [sql: string, params?: readonly SqlValue[]];

/** What the checks that are the same for every engine read through; it cannot write. */
export interface Reads {
	/** Of the tables of ours; one may be missing where its migration is pending. */
	hasTable(name: string): Promise<boolean>;
	/**
	 * The rows of each query, all of one moment; each bounds how many. Rejects with SavepointError,
	 * STORAGE_CORRUPT for a page that is damaged.
	 */
	atOneMoment(...queries: readonly Query[]): Promise<SqlRow[][]>;
}
