import { MOVE_DIFFERENCES_MAX } from "../../limits.js";
import type { SqlRow } from "../driver.js";
import { readCounters } from "../service-rows.js";
import { compareRows, type Difference, keyOf } from "./merge.js";
import type { MovePlace, TellMove } from "./ports.js";
import { allOf, type MovedTables } from "./tables.js";

export interface MoveProof {
	readonly isEqual: boolean;
	readonly sessions: number;
	readonly moves: number;
	/** Rows of the source, by table. */
	readonly rows: Readonly<Record<string, number>>;
	readonly differences: number;
	/** The first ones, a sentence each. */
	readonly named: readonly string[];
}

export interface ProofOptions {
	readonly tables: MovedTables;
	readonly tell: TellMove;
	/** Hears of each row that is not the same, beside the first ones that are named. */
	readonly onDifferent?: (row: SqlRow) => void;
}

const SENTENCES: Readonly<Record<Difference, string>> = {
	missing: "is in the source only",
	surplus: "is in the target only",
	different: "is not the same in both",
};

/** Of the service's row: who this is, and its clock. */
const SERVICE_COLUMNS = ["instance_id", "generation", "created_at", "downtime_ms"] as const;

/**
 * Reads every row of both sides in the order of their keys and names what is not the same: of each
 * session its row with checksum and head hash, its artifacts, every entry of its log with its hash
 * or the packed log as it is; every row of the other tables; the sums of the counters. Changes
 * nothing, takes the same memory for any size.
 */
export async function proveEqual(
	source: MovePlace,
	target: MovePlace,
	{ tables, tell, onDifferent }: ProofOptions,
): Promise<MoveProof> {
	const rows: Record<string, number> = {};
	const named: string[] = [];
	let differences = 0;
	let packedMoves = 0;
	const differ = (sentence: string): void => {
		differences += 1;
		if (named.length < MOVE_DIFFERENCES_MAX) named.push(sentence);
	};
	// 1. Row by row.
	for (const table of allOf(tables)) {
		const step = `proving ${table.name}`;
		const total = Math.max(rows["sessions"] ?? 0, 1);
		rows[table.name] = await compareRows(
			table,
			source.pages(table, null),
			target.pages(table, null),
			{
				page: (done) => tell({ step, done, total: Math.max(total, done) }),
				different: (kind, row) => {
					onDifferent?.(row);
					differ(`${table.name} ${keyOf(table, row).join(", ")} ${SENTENCES[kind]}`);
				},
				same: (row) => {
					if (table.name === "packed_logs") packedMoves += Number(row["seq"]);
				},
			},
		);
	}
	// 2. The sums.
	const [ours, theirs] = [await countersOf(source), await countersOf(target)];
	for (const [name, value] of Object.entries(ours))
		if (value !== theirs[name]) differ(`the counter ${name} is ${value} and ${theirs[name]}`);
	// 3. Whose data it is.
	const [from, to] = [await serviceOf(source), await serviceOf(target)];
	for (const column of SERVICE_COLUMNS)
		if (from?.[column] !== to?.[column]) differ(`${column} of the service ${SENTENCES.different}`);
	return {
		isEqual: differences === 0,
		sessions: rows["sessions"] ?? 0,
		moves: (rows["moves"] ?? 0) + packedMoves,
		rows,
		differences,
		named,
	};
}

export const countersOf = async (
	place: MovePlace,
): Promise<Readonly<Record<string, number | null>>> => ({
	...(await readCounters({ query: (sql, params) => place.select(sql, params) })),
});

const serviceOf = async (place: MovePlace) =>
	(await place.select("select * from service where id = 1"))[0];
