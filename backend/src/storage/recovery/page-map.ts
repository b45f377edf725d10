import type { BTreePage } from "./btree-page.js";
import { type DamagedPage, KEY_MAX } from "./page-reader.js";
import { isBySession, type TableLayout } from "./table-layout.js";

const UNKNOWN = 0;
const BTREE = 1;
const OVERFLOW = 2;
const FAULTY = 3;
const FREE_LIST = 4;

interface Child {
	readonly page: number;
	readonly fromKey: number | null;
	readonly toKey: number | null;
}

/**
 * What is known of each page after all were looked at, in a few bytes a page: whose it is and which
 * page leads to it. So a page that is gone can still be told by its neighbours.
 */
export class PageMap {
	readonly #layouts: readonly TableLayout[];
	readonly #kind: Uint8Array;
	/** Place in `layouts`, plus one; 0: not known. */
	readonly #owner: Uint8Array;
	readonly #lowest: Float64Array;
	readonly #highest: Float64Array;
	readonly #children = new Map<number, readonly Child[]>();
	readonly #parent = new Map<number, number>();
	readonly #roots = new Map<number, string>();

	constructor(pageCount: number, layouts: readonly TableLayout[]) {
		this.#layouts = layouts;
		this.#kind = new Uint8Array(pageCount + 1);
		this.#owner = new Uint8Array(pageCount + 1);
		this.#lowest = new Float64Array(pageCount + 1).fill(Number.NaN);
		this.#highest = new Float64Array(pageCount + 1).fill(Number.NaN);
	}

	noteRoot(page: number, table: string): void {
		this.#roots.set(page, table);
	}

	noteOverflow(page: number): void {
		if (page < this.#kind.length && this.#kind[page] === UNKNOWN) this.#kind[page] = OVERFLOW;
	}

	/** A page of the list of unused pages, which the header should lead to. */
	noteFreeList(page: number): void {
		this.#kind[page] = FREE_LIST;
	}

	/** `keys`: the session key of each cell, null where a cell has none. */
	noteBTree(
		page: number,
		parsed: BTreePage,
		found: { owner: TableLayout | null; isFaulty: boolean; keys: readonly (number | null)[] },
	): void {
		this.#kind[page] = found.isFaulty ? FAULTY : BTREE;
		if (found.owner !== null) this.#owner[page] = this.#layouts.indexOf(found.owner) + 1;
		for (const key of found.keys) {
			if (key === null) continue;
			this.#lowest[page] = Math.min(key, this.#lowest[page] || key);
			this.#highest[page] = Math.max(key, this.#highest[page] || key);
		}
		// A page that is faulty may lead anywhere.
		if (!parsed.isLeaf && !found.isFaulty) this.#noteChildren(page, parsed, found.keys);
	}

	#noteChildren(page: number, parsed: BTreePage, keys: readonly (number | null)[]): void {
		const children: Child[] = parsed.cells.map((cell, at) => ({
			page: cell.leftChild ?? 0,
			fromKey: at === 0 ? null : (keys[at - 1] ?? null),
			toKey: keys[at] ?? null,
		}));
		children.push({ page: parsed.rightChild ?? 0, fromKey: keys.at(-1) ?? null, toKey: null });
		this.#children.set(page, children);
		for (const child of children) this.#parent.set(child.page, page);
	}

	isInUse(page: number): boolean {
		return this.#parent.has(page) || this.#roots.has(page);
	}

	/** After every page was noted. */
	damaged(freePages: ReadonlySet<number>, lockPage: number): DamagedPage[] {
		const found: DamagedPage[] = [];
		for (let page = 1; page < this.#kind.length; page += 1) {
			const isUnused = freePages.has(page) && !this.isInUse(page);
			const what = isUnused || page === lockPage ? null : this.#faultOf(page);
			if (what !== null) found.push(this.#describe(page, what));
		}
		for (const page of this.#parent.keys())
			if (page >= this.#kind.length) found.push(this.#describe(page, "beyond the end"));
		return found;
	}

	#faultOf(page: number): DamagedPage["what"] | null {
		switch (this.#kind[page]) {
			case UNKNOWN:
				return "unreadable";
			case FAULTY:
				return "partly unreadable";
			case BTREE:
				return this.#isOutOfPlace(page) ? "out of place" : null;
			default:
				return null;
		}
	}

	/** Whole, yet not what the page that leads here says: written to the wrong place. */
	#isOutOfPlace(page: number): boolean {
		const parent = this.#parent.get(page);
		if (parent === undefined) return false;
		const [here, there] = [this.tableOf(page), this.#tableByFamily(page)];
		if (here !== null && there !== null && here !== there) return true;
		const { fromKey, toKey } = this.#boundsOf(page);
		const [lowest, highest] = [this.#lowest[page] ?? 0, this.#highest[page] ?? 0];
		return !(Number.isNaN(lowest) || (lowest >= fromKey && highest <= toKey));
	}

	#describe(page: number, what: DamagedPage["what"]): DamagedPage {
		const table = this.#tableByFamily(page) ?? this.tableOf(page);
		const layout = this.#layouts.find((one) => one.table === table);
		// Bounds are session keys only in a table that is ordered by them.
		const isBounded = layout !== undefined && isBySession(layout);
		const bounds = isBounded ? this.#boundsOf(page) : { fromKey: 0, toKey: KEY_MAX };
		return { page, table, ...bounds, what };
	}

	/** By what lies on it. */
	tableOf(page: number): string | null {
		return this.#layouts[(this.#owner[page] ?? 0) - 1]?.table ?? null;
	}

	/** By the schema, or by the pages that have the same parent. */
	#tableByFamily(page: number): string | null {
		const root = this.#roots.get(page);
		if (root !== undefined) return root;
		const parent = this.#parent.get(page);
		if (parent === undefined) return null;
		const byParent = this.#roots.get(parent) ?? this.tableOf(parent);
		if (byParent !== null) return byParent;
		for (const sibling of this.#children.get(parent) ?? []) {
			const table = sibling.page === page ? null : this.tableOf(sibling.page);
			if (table !== null) return table;
		}
		return this.#tableByFamily(parent);
	}

	#boundsOf(page: number): { fromKey: number; toKey: number } {
		let fromKey: number | null = null;
		let toKey: number | null = null;
		const seen = new Set<number>();
		for (let at = page; !seen.has(at); ) {
			seen.add(at);
			const parent = this.#parent.get(at);
			if (parent === undefined) break;
			const child = this.#children.get(parent)?.find((one) => one.page === at);
			fromKey ??= child?.fromKey ?? null;
			toKey ??= child?.toKey ?? null;
			at = parent;
		}
		return { fromKey: fromKey ?? 0, toKey: toKey ?? KEY_MAX };
	}
}
