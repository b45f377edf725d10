import type { SqlRow } from "../driver.js";

/** Rows in the order of their session key, read once from front to back, a page at a time. */
export class PagedRows {
	readonly #pages: AsyncIterator<readonly SqlRow[]>;
	#page: readonly SqlRow[] = [];
	#at = 0;

	constructor(pages: AsyncIterable<readonly SqlRow[]>) {
		this.#pages = pages[Symbol.asyncIterator]();
	}

	/** The next row; null after the last. */
	async next(): Promise<SqlRow | null> {
		if (!(await this.#isThere())) return null;
		const row = this.#page[this.#at];
		this.#at += 1;
		return row ?? null;
	}

	/** Every row of this key, which is the next one that is asked for. */
	async take(key: number): Promise<SqlRow[]> {
		const rows: SqlRow[] = [];
		while (await this.#isThere()) {
			// Within a page nothing is awaited: that would take longer than the rows do.
			for (; this.#at < this.#page.length; this.#at += 1) {
				const row = this.#page[this.#at] as SqlRow;
				if (Number(row["session_key"]) !== key) return rows;
				rows.push(row);
			}
		}
		return rows;
	}

	/** Passes over every row of a smaller key. */
	async skipBefore(key: number, tell: (skippedKey: number) => void): Promise<void> {
		while (await this.#isThere()) {
			for (; this.#at < this.#page.length; this.#at += 1) {
				const rowKey = Number(this.#page[this.#at]?.["session_key"]);
				if (rowKey >= key) return;
				tell(rowKey);
			}
		}
	}

	/** Whether there is a next row; reads a page where the last one is over. */
	async #isThere(): Promise<boolean> {
		while (this.#at >= this.#page.length) {
			const { done, value } = await this.#pages.next();
			if (done === true) return false;
			this.#page = value;
			this.#at = 0;
		}
		return true;
	}
}
