import { SavepointError } from "../../errors.js";
import type { SqlRow } from "../driver.js";
import { Rebuild } from "../rebuild.js";
import { UnreadableRow } from "../serializers.js";
import type { HarmedSession } from "./report.js";

export type Harm = Pick<HarmedSession, "reason" | "firstBadMove">;

/**
 * Rebuilds one session from its log and holds it against its row and artifacts; null: all of it
 * verifies. `entries`: the session's log in the order of `seq`, duplicates and all. Throws only a
 * SavepointError, when a page cannot be read.
 */
export function verifySession(
	row: SqlRow,
	artifacts: readonly SqlRow[],
	entries: Iterable<SqlRow>,
): Harm | null {
	let rebuild: Rebuild | null = null;
	try {
		rebuild = new Rebuild(row, artifacts);
		const seqOfMoveId = new Map<string, number>();
		for (const entry of entries) {
			const harm = feedOne(rebuild, entry, seqOfMoveId);
			if (harm !== null) return harm;
		}
		const { record } = rebuild.finish();
		return record.endedAtMs === row["ended_at"] && (record.stale ? 1 : 0) === row["stale"]
			? null
			: { reason: "row and log disagree on when and by whom it was ended", firstBadMove: null };
	} catch (error) {
		// The log ended before the snapshot did: what is missing begins right after it.
		const end = rebuild?.seq ?? Number.POSITIVE_INFINITY;
		return { reason: reasonOf(error), firstBadMove: end < Number(row["seq"]) ? end + 1 : null };
	}
}

function feedOne(rebuild: Rebuild, entry: SqlRow, seqOfMoveId: Map<string, number>): Harm | null {
	const before = rebuild.seq;
	const seq = Number(entry["seq"]);
	if (seq >= 1 && seq <= before) return { reason: `move ${seq} is there twice`, firstBadMove: seq };
	try {
		rebuild.feed([entry]);
	} catch (error) {
		// Where the entry itself was taken, it is the snapshot that does not fit.
		const isEntryBad = rebuild.seq === before;
		return { reason: reasonOf(error), firstBadMove: isEntryBad ? before + 1 : null };
	}
	const moveId = entry["move_id"];
	if (typeof moveId !== "string") return null;
	const first = seqOfMoveId.get(moveId);
	seqOfMoveId.set(moveId, seq);
	return first === undefined
		? null
		: { reason: `moves ${first} and ${seq} have the same id`, firstBadMove: seq };
}

/** A damaged value may trip anything; it must not trip the doctor. */
function reasonOf(error: unknown): string {
	if (error instanceof SavepointError) throw error;
	if (error instanceof UnreadableRow) return error.message;
	return `it cannot be rebuilt (${error instanceof Error ? error.name : "unknown error"})`;
}
