import type { SqlRow, SqlValue } from "../driver.js";
import type { RowKey, TableShape } from "./ports.js";

/** Two tables in the order of their keys, held against each other without either in memory. */

export type Difference = "missing" | "surplus" | "different";

export const keyOf = (table: Pick<TableShape, "key">, row: SqlRow): RowKey =>
	table.key.map((column) => row[column] ?? null);

/** Tells of each row that is not the same on both sides. Returns how many rows the source has. */
export async function compareRows(
	table: TableShape,
	source: AsyncIterable<SqlRow[]>,
	target: AsyncIterable<SqlRow[]>,
	on: {
		/** Awaited at the ends of pages only. */
		readonly page?: (rows: number) => Promise<void> | void;
		readonly different: (kind: Difference, row: SqlRow) => void;
		readonly same?: (row: SqlRow) => void;
	},
): Promise<number> {
	const left = new RowFeed(source);
	const right = new RowFeed(target);
	let rows = 0;
	try {
		for (;;) {
			if (left.isSpent || right.isSpent) {
				await left.fill();
				await right.fill();
				await on.page?.(rows);
			}
			const ours = left.head;
			const theirs = right.head;
			if (ours === null && theirs === null) return rows;
			const order = compareHeads(table, ours, theirs);
			if (order <= 0) {
				rows += 1;
				left.next();
			}
			if (order >= 0) right.next();
			if (order < 0) on.different("missing", ours as SqlRow);
			else if (order > 0) on.different("surplus", theirs as SqlRow);
			else if (isSameRow(table, ours as SqlRow, theirs as SqlRow)) on.same?.(ours as SqlRow);
			else on.different("different", ours as SqlRow);
		}
	} finally {
		await Promise.all([left.end(), right.end()]);
	}
}

/** A side that is through comes after every key. */
function compareHeads(table: TableShape, left: SqlRow | null, right: SqlRow | null): number {
	if (left === null) return 1;
	if (right === null) return -1;
	for (const column of table.key) {
		const order = compareValues(left[column] ?? null, right[column] ?? null);
		if (order !== 0) return order;
	}
	return 0;
}

/** Text byte by byte, as both engines are asked to. */
function compareValues(left: SqlValue, right: SqlValue): number {
	if (left === right) return 0;
	if (typeof left === "number" && typeof right === "number") return left - right;
	return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}

export const isSameRow = (table: TableShape, left: SqlRow, right: SqlRow): boolean =>
	table.columns.every((column) => isSameValue(left[column] ?? null, right[column] ?? null));

function isSameValue(left: SqlValue, right: SqlValue): boolean {
	if (left === right) return true;
	if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array)) return false;
	return Buffer.compare(left, right) === 0;
}

/** Rows one by one of pages that come by and by. */
class RowFeed {
	readonly #pages: AsyncIterator<SqlRow[]>;
	#page: SqlRow[] = [];
	#at = 0;
	#isOver = false;

	constructor(pages: AsyncIterable<SqlRow[]>) {
		this.#pages = pages[Symbol.asyncIterator]();
	}

	/** The page is used up and there may be another: `fill` comes before `head`. */
	get isSpent(): boolean {
		return !this.#isOver && this.#at >= this.#page.length;
	}

	get head(): SqlRow | null {
		return this.#page[this.#at] ?? null;
	}

	next(): void {
		this.#at += 1;
	}

	async fill(): Promise<void> {
		while (this.isSpent) {
			const { done, value } = await this.#pages.next();
			this.#at = 0;
			this.#page = done === true ? [] : value;
			this.#isOver = done === true;
		}
	}

	async end(): Promise<void> {
		await this.#pages.return?.();
	}
}
