/** Where a page, and with it a row, was found. */
export type PageOrigin = "file" | "wal";

export interface FoundPage {
	readonly bytes: Buffer;
	readonly origin: PageOrigin;
}

/** The pages of a database that nobody may open any more; `sqlite-salvage-pages.ts` reads them. */
export interface PageReader {
	readonly pageCount: number;
	/** The newest committed version of a page, counted from 1; null where there is none. */
	read(page: number): FoundPage | null;
	/** Versions that were written over, newest first. */
	older(page: number): Iterable<FoundPage>;
	/** Pages that the database does not use: what lies on them was deleted. */
	readonly freePages: ReadonlySet<number>;
}

/** A page of which something could not be read, and what lay there. */
export interface DamagedPage {
	readonly page: number;
	/** null: nothing tells whose it was. */
	readonly table: string | null;
	/** The session keys that can have lain there, where the table is ordered by them. */
	readonly fromKey: number;
	readonly toKey: number;
	readonly what: "unreadable" | "partly unreadable" | "beyond the end" | "out of place";
}

export const KEY_MAX = Number.MAX_SAFE_INTEGER;
