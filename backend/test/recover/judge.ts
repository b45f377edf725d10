import type { SqlRow } from "#src/storage/driver.js";
import { rowChecksum } from "#src/storage/serializers.js";
import type { Told } from "./exercise.js";
import type { Truth } from "./ground.js";

export interface Verdict {
	readonly sessions: {
		readonly all: number;
		readonly whole: number;
		readonly cut: number;
		readonly gone: number;
	};
	readonly moves: { readonly all: number; readonly back: number };
	/** Losses that are named exactly. */
	readonly named: number;
	/** Losses that lie in a range of which the report says that something may be missing. */
	readonly inDoubt: number;
	/** What nobody was told. Must be empty. */
	readonly silent: readonly string[];
	/** What came back other than it was stored. Must be empty. */
	readonly forged: readonly string[];
}

/** Holds what is stored in the end, and what was said of losses, against what had been stored. */
export function judge(truth: Truth, found: Truth, told: Told): Verdict {
	const sum = { whole: 0, cut: 0, gone: 0, named: 0, inDoubt: 0, movesBack: 0, moves: 0 };
	const silent: string[] = [];
	const forged: string[] = [];
	const settle = (how: "named" | "doubt" | null, what: string): void => {
		if (how === null) silent.push(what);
		else if (how === "named") sum.named += 1;
		else sum.inDoubt += 1;
	};
	// 1. Sessions and their logs.
	for (const [key, { row, log }] of truth.sessions) {
		sum.moves += log.length;
		const back = found.sessions.get(key);
		if (back === undefined) {
			sum.gone += 1;
			settle(wasToldGone(key, told), `session ${key} is gone`);
			continue;
		}
		if (back.row["session_id"] !== row["session_id"]) forged.push(`session ${key} is another one`);
		const same = back.log.filter((entry) => isSame(entry, log[Number(entry["seq"]) - 1]));
		sum.movesBack += same.length;
		if (same.length < back.log.length && !told.harmed.has(key))
			forged.push(`session ${key} has moves that it never had`);
		if (same.length === log.length && !told.harmed.has(key)) sum.whole += 1;
		else {
			sum.cut += 1;
			settle(wasToldCut(key, same.length, told), `session ${key}: ${same.length} of ${log.length}`);
		}
	}
	for (const key of found.sessions.keys())
		if (!truth.sessions.has(key)) forged.push(`session ${key} never was`);
	// 2. Other kinds of data.
	for (const table of ["high_scores", "quarantined_sessions"] as const) {
		const back = new Map(found.tables[table].map((row) => [keyOf(row), row]));
		for (const row of truth.tables[table]) {
			const other = back.get(keyOf(row));
			if (other === undefined) settle(wasToldOf(table, told), `a row of ${table} is gone`);
			else if (!isSame(row, other) && (verifies(other) || told.findings !== null))
				forged.push(`a row of ${table} is another one`);
			// A row that does not verify is left out and logged whenever it is read.
			else if (!isSame(row, other)) sum.named += 1;
		}
	}
	return {
		sessions: { all: truth.sessions.size, whole: sum.whole, cut: sum.cut, gone: sum.gone },
		moves: { all: sum.moves, back: sum.movesBack },
		named: sum.named,
		inDoubt: sum.inDoubt,
		silent,
		forged,
	};
}

function verifies({ checksum, ...rest }: SqlRow): boolean {
	return rowChecksum(Object.values(rest)) === checksum;
}

const keyOf = (row: SqlRow): string => String(Object.values(row)[0]);
const isSame = (a: SqlRow, b: SqlRow | undefined): boolean =>
	b !== undefined && JSON.stringify(a) === JSON.stringify(b);

type How = "named" | "doubt" | null;

function wasToldGone(key: number, told: Told): How {
	if (told.findings?.sessions.lostKeys.includes(key)) return "named";
	return isInDoubt(key, told, ["sessions"]) ? "doubt" : null;
}

function wasToldCut(key: number, kept: number, told: Told): How {
	if (told.harmed.has(key)) return "named";
	const harmed = told.findings?.sessions.harmed.find(({ sessionKey }) => sessionKey === key);
	if (harmed !== undefined && harmed.lostFromSeq <= kept + 1) return "named";
	return isInDoubt(key, told, ["moves", "move_tail"]) ? "doubt" : null;
}

function wasToldOf(table: string, told: Told): How {
	const row = told.findings?.tables.find((one) => one.table === table);
	if (row === undefined) return told.isWarned ? "doubt" : null;
	return isInDoubt(0, told, [table], true) ? "doubt" : null;
}

/** Only what the report says of these tables, or of what nothing tells, covers the loss. */
function isInDoubt(key: number, told: Told, tables: readonly string[], isAnyKey = false): boolean {
	if (told.isWarned) return true;
	return (told.findings?.uncertain ?? []).some(
		({ sentence, fromKey, toKey }) =>
			(isAnyKey || (fromKey <= key && key <= toKey)) &&
			(/wal|nothing tells/.test(sentence) ||
				tables.some((table) => sentence.endsWith(`of ${table}.`))),
	);
}
