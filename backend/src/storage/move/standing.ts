import { activeCount, endedCount } from "../../counters.js";
import { SavepointError } from "../../errors.js";
import type { SqlRow } from "../driver.js";
import { readCounters } from "../service-rows.js";
import type { MovePlace } from "./ports.js";
import { allOf, movedTables } from "./tables.js";

/** Whose data lies in a storage, and whether it may be moved from or to. */

export interface Standing {
	readonly instanceId: string;
	readonly generation: number;
	readonly heartbeatAtMs: number;
	readonly movedTo: string | null;
	readonly movingFrom: string | null;
}

/** null: nothing is there, or nothing that was ever used. */
export async function standingOf(place: MovePlace): Promise<Standing | null> {
	const names = (await place.tables()).map(({ name }) => name);
	if (!names.includes("schema_migrations")) {
		if (names.length === 0) return null;
		throw refuse(`${place.location} has tables of another program; name an empty database.`);
	}
	if (!names.includes("service")) return null;
	const [row] = await place.select("select * from service where id = 1");
	return row === undefined ? null : standingFromRow(row);
}

const standingFromRow = (row: SqlRow): Standing => ({
	instanceId: String(row["instance_id"]),
	generation: Number(row["generation"] ?? 1),
	heartbeatAtMs: Number(row["heartbeat_at"]),
	movedTo: (row["moved_to"] ?? null) as string | null,
	movingFrom: (row["moving_from"] ?? null) as string | null,
});

/** What a move does with the target as it is. */
export type MovePlan =
	/** Nothing is there that anybody would miss. */
	| "fresh"
	/** An earlier move of this source got so far. */
	| "resume"
	/** The source was here before it was moved, and has gone on since: what is here is its past. */
	| "return"
	/** All is there and the source is marked; only the target's own mark is left. */
	| "finish";

/** Throws MOVE_REFUSED, STORAGE_MOVED, STORAGE_LOCKED where something could be lost. */
export async function planMove(
	source: MovePlace,
	target: MovePlace | null,
): Promise<{ readonly plan: MovePlan; readonly from: Standing }> {
	const from = await standingOf(source);
	if (from === null) throw refuse(`There is nothing to move in ${source.location}.`);
	if (from.movingFrom !== null)
		throw refuse(
			`${source.location} is the target of a move from ${from.movingFrom} that was not finished; finish that one first.`,
		);
	const to = target === null ? null : await standingOf(target);
	const isOurs = to?.instanceId === from.instanceId;
	if (to?.movingFrom != null && to.movingFrom !== IMPORT_MARK) {
		if (!isOurs)
			throw refuse(
				`${target?.location} holds an unfinished move from ${to.movingFrom}, which is another storage. Finish that one, or name an empty place.`,
			);
		return { plan: from.movedTo === null ? "resume" : "finish", from };
	}
	if (from.movedTo !== null)
		throw new SavepointError(
			"STORAGE_MOVED",
			`${source.location} was moved to ${from.movedTo}; that is the storage to move from now.`,
		);
	if (to?.movedTo != null && isOurs) {
		if (to.heartbeatAtMs <= from.heartbeatAtMs) return { plan: "return", from };
		throw refuse(
			`${target?.location} was stored to later than ${source.location}: it is not its past. Name an empty place.`,
		);
	}
	if (target !== null) await demandEmpty(target);
	return { plan: "fresh", from };
}

/** In the place of a source, while a file is being imported. */
export const IMPORT_MARK = "an export file";

/** Throws MOVE_REFUSED and STORAGE_LOCKED where the target has something that could be lost. */
export async function demandEmpty(target: MovePlace): Promise<void> {
	const to = await standingOf(target);
	// A part of an import that was killed is of no use: the file is read from its beginning.
	if (to?.movingFrom === IMPORT_MARK) return;
	if (to?.movingFrom != null)
		throw refuse(
			`${target.location} holds an unfinished move from ${to.movingFrom}; finish it, or name an empty place.`,
		);
	await demandUnused(target);
}

async function demandUnused(target: MovePlace): Promise<void> {
	if (await target.isServed())
		throw new SavepointError(
			"STORAGE_LOCKED",
			`A server uses ${target.location}. Stop it first; it may be started when this is done.`,
		);
	if (!(await isUnused(target)))
		throw refuse(
			`${target.location} has data of its own. Name an empty place; nothing was changed.`,
		);
}

/** As a server that nobody has played on leaves it. */
async function isUnused(place: MovePlace): Promise<boolean> {
	const tables = await movedTables(place);
	for (const { name } of allOf(tables)) {
		// What a server notes of itself, with nobody there.
		if (name === "stats_history") continue;
		const [row] = await place.select(`select 1 as found from ${name} limit 1`);
		if (row !== undefined) return false;
	}
	const names = (await place.tables()).map(({ name }) => name);
	if (!names.includes("session_stats")) return true;
	const counters = await readCounters({ query: (sql, params) => place.select(sql, params) });
	return activeCount(counters) + endedCount(counters) === 0;
}

export const refuse = (sentence: string): SavepointError =>
	new SavepointError("MOVE_REFUSED", sentence);
