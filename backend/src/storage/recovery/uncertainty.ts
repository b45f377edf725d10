import type { Uncertainty } from "./findings.js";
import { type DamagedPage, KEY_MAX } from "./page-reader.js";
import type { TableLayout } from "./table-layout.js";

/** Where something may be missing of which nothing is left that could tell. */
export type Doubt = Omit<Uncertainty, "activeSessions">;

const LISTED_MAX = 1_000;

const MADE_ANEW: ReadonlySet<string> = new Set([
	"artifacts",
	"session_stats",
	"logs_to_pack",
	"schema_migrations",
]);

/** Pages whose rows are made anew from others: nothing is lost with them. */
export function isHarmless(page: DamagedPage, layouts: readonly TableLayout[]): boolean {
	if (page.table === null) return false;
	if (page.table.startsWith("sqlite_") || MADE_ANEW.has(page.table)) return true;
	return layouts.some(({ table, isTable }) => table === page.table && !isTable);
}

export function doubtsOf(
	damaged: readonly DamagedPage[],
	wal: { framesLost: number; isMissing: boolean },
): Doubt[] {
	const all = { fromKey: 0, toKey: KEY_MAX };
	return [
		...(wal.isMissing
			? [{ sentence: "The -wal was gone: what was stored since it was last brought home.", ...all }]
			: []),
		...(wal.framesLost > 0
			? [{ sentence: `${wal.framesLost} pages of the -wal do not verify.`, ...all }]
			: []),
		...joinNeighbours(damaged).slice(0, LISTED_MAX),
	];
}

/** One doubt a table and range; pages beside each other are one. */
function joinNeighbours(damaged: readonly DamagedPage[]): Doubt[] {
	const doubts = new Map<string, { pages: number[]; page: DamagedPage }>();
	for (const page of damaged) {
		const name = `${page.table} ${page.fromKey} ${page.toKey}`;
		const known = doubts.get(name);
		if (known === undefined) doubts.set(name, { pages: [page.page], page });
		else known.pages.push(page.page);
	}
	return [...doubts.values()].map(({ pages, page }) => ({
		sentence: `${pagesText(pages)} ${whatText(page)}.`,
		fromKey: page.fromKey,
		toKey: page.toKey,
	}));
}

const pagesText = (pages: readonly number[]): string =>
	pages.length === 1
		? `Page ${pages[0]}`
		: `Pages ${pages.slice(0, 10).join(", ")}${pages.length > 10 ? " …" : ""}`;

const whatText = ({ what, table }: DamagedPage): string =>
	`(${what}) ${table === null ? "of a table that nothing tells" : `of ${table}`}`;
