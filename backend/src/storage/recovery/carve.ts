import type { SqlRow } from "../driver.js";
import { type BTreePage, type Cell, isFreeListPage, parseBTreePage } from "./btree-page.js";
import { PageMap } from "./page-map.js";
import type { DamagedPage, FoundPage, PageOrigin, PageReader } from "./page-reader.js";
import { readRecord } from "./record-format.js";
import { findLayout, isBySession, type TableLayout } from "./table-layout.js";

/** Where a carved row lay; "old": on a version of a page that was written over since. */
export type RowOrigin = PageOrigin | "old";

/** Takes what was found. False: the row does not match its own checksum. */
export type RowSink = (layout: TableLayout, row: SqlRow, origin: RowOrigin) => boolean;

export interface CarveOptions {
	readonly reader: PageReader;
	readonly layouts: readonly TableLayout[];
	/** SQLite keeps its lock bytes there and nothing else. */
	readonly lockPage: number;
	/** Tables whose rows prove themselves by a chain, so that an old version can do no harm. */
	readonly chained: ReadonlySet<string>;
	readonly sink: RowSink;
	readonly onProgress: (done: number, total: number) => void;
}

const PROGRESS_PAGES = 4_096;

/**
 * Reads every row that lies on any page, whatever became of the pages that led there. The database
 * is never opened, so one mechanism serves for damage anywhere: header, schema, inner pages,
 * leaves.
 *
 * A version of a page that was written over since counts only where the newest one cannot be read;
 * otherwise what was deleted would come back. Returns the pages of which something is missing.
 */
export function carve(options: CarveOptions): DamagedPage[] {
	const { reader, layouts } = options;
	const map = new PageMap(reader.pageCount, layouts);
	// 1. Every page that is in use.
	for (let page = 1; page <= reader.pageCount; page += 1) {
		if (page % PROGRESS_PAGES === 0) options.onProgress(page, reader.pageCount);
		const found = reader.freePages.has(page) ? null : reader.read(page);
		if (found !== null) carvePage(options, map, page, found);
	}
	// 2. A damaged list of unused pages may name one that others lead to.
	for (const page of reader.freePages) {
		const found = map.isInUse(page) ? reader.read(page) : null;
		if (found !== null) carvePage(options, map, page, found);
	}
	// 3. What is missing.
	const damaged = map.damaged(reader.freePages, options.lockPage);
	// 4. Older versions of what is missing.
	const unreadable = new Set(damaged.map(({ page }) => page));
	for (let page = 1; page <= reader.pageCount; page += 1) {
		const table = map.tableOf(page);
		if (unreadable.has(page) || (table !== null && options.chained.has(table)))
			for (const found of reader.older(page)) carveOlder(options, page, found, unreadable);
	}
	// 5. A log may still be whole on pages that are in use no more.
	for (const page of reader.freePages) {
		const found = map.isInUse(page) ? null : reader.read(page);
		if (found !== null) carveOlder(options, page, found, unreadable);
	}
	return damaged;
}

function carvePage(options: CarveOptions, map: PageMap, page: number, found: FoundPage): void {
	const parsed = parseBTreePage(found.bytes, page);
	if (parsed === null) {
		if (isFreeListPage(found.bytes, options.reader.pageCount)) map.noteFreeList(page);
		return;
	}
	let owner: TableLayout | null = null;
	let isFaulty = parsed.isFaulty;
	const keys = parsed.cells.map((cell) => {
		if (cell.payload === null) return owner === null || isBySession(owner) ? cell.rowid : null;
		const carved = rowOfCell(options, parsed, cell, (overflow) => map.noteOverflow(overflow));
		if (carved === null) {
			isFaulty = true;
			return null;
		}
		const { layout, row } = carved;
		owner ??= layout;
		if (layout.table === "sqlite_schema") {
			const root = row["rootpage"];
			if (typeof root === "number") map.noteRoot(root, String(row["name"]));
		} else if (layout.isTable && !options.sink(layout, row, found.origin)) isFaulty = true;
		return isBySession(layout) ? Number(row["session_key"]) : null;
	});
	map.noteBTree(page, parsed, { owner, isFaulty, keys });
}

function carveOlder(
	options: CarveOptions,
	page: number,
	found: FoundPage,
	unreadable: ReadonlySet<number>,
): void {
	const parsed = parseBTreePage(found.bytes, page);
	for (const cell of parsed?.cells ?? []) {
		const carved = parsed && rowOfCell(options, parsed, cell, () => undefined);
		if (carved === null || !carved.layout.isTable) continue;
		if (unreadable.has(page) || options.chained.has(carved.layout.table))
			options.sink(carved.layout, carved.row, "old");
	}
}

function rowOfCell(
	{ reader, layouts }: CarveOptions,
	page: BTreePage,
	cell: Cell,
	onOverflow: (page: number) => void,
): { layout: TableLayout; row: SqlRow } | null {
	const bytes = cell.payload === null ? null : wholePayload(reader, cell.payload, onOverflow);
	const record = bytes === null ? null : readRecord(bytes);
	return record === null ? null : findLayout(layouts, page.kind, record, cell.rowid);
}

/** A long row goes on on pages of its own, each of which names the next. */
function wholePayload(
	reader: PageReader,
	payload: NonNullable<Cell["payload"]>,
	onOverflow: (page: number) => void,
): Buffer | null {
	const parts = [payload.local];
	let missing = payload.totalBytes - payload.local.length;
	for (let page = payload.overflowPage; missing > 0; ) {
		const bytes = page === null || page === 0 ? null : reader.read(page)?.bytes;
		if (page === null || bytes === null || bytes === undefined) return null;
		onOverflow(page);
		const part = bytes.subarray(4, 4 + missing);
		parts.push(part);
		missing -= part.length;
		page = bytes.readUInt32BE(0);
	}
	return parts.length === 1 ? payload.local : Buffer.concat(parts);
}
