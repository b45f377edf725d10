import { KEYS_PER_SLOT } from "../../limits.js";
import type { SqlValue } from "../driver.js";
import { ONLY_SLOT, pushCounters, readCounters, updateCounters } from "../service-rows.js";
import type { MovePlace, MoveSource, MoveTarget } from "./ports.js";
import type { MovedTables } from "./tables.js";
import { allOf } from "./tables.js";

/** The rows that a storage has for itself, made of the source's. */

/** What both engines have of the service's row, without the marks of moves. */
export const COPIED = [
	"instance_id",
	"generation",
	"created_at",
	"heartbeat_at",
	"downtime_ms",
] as const;

/** As it was before anything was written to it. */
export async function emptyTarget(target: MoveTarget, tables: MovedTables): Promise<void> {
	await target.transaction((writer) =>
		writer.clear([...allOf(tables).map(({ name }) => name), ...OWN_TABLES]),
	);
}

/**
 * One transaction, after which no server opens the target: it is empty, and says whose it will be.
 */
export async function beginTarget(
	target: MoveTarget,
	tables: MovedTables,
	service: Readonly<Record<string, SqlValue>>,
	movingFrom: string,
): Promise<void> {
	await target.transaction(async (writer) => {
		await writer.clear([...allOf(tables).map(({ name }) => name), ...OWN_TABLES]);
		await writer.run(
			`insert into service (id, ${COPIED.join(", ")}, moving_from)
			values (1, $1, $2, $3, $4, $5, $6)`,
			[...COPIED.map((column) => service[column] ?? null), movingFrom],
		);
	});
}

const OWN_TABLES = [
	"service",
	"session_stats",
	"move_progress",
	"logs_to_pack",
	"operator_sign_ins",
] as const;

/** The row and the counters as the source has them now. */
export async function copyService(source: MoveSource, target: MoveTarget): Promise<void> {
	const [service] = await source.select("select * from service where id = 1");
	await writeService(target, service ?? {}, await countersRow(source));
}

/** `counters`: the parameters of `updateCounters`. */
export async function writeService(
	target: MoveTarget,
	service: Readonly<Record<string, SqlValue>>,
	counters: readonly SqlValue[],
): Promise<void> {
	const slot = target.isShared ? await nextSlot(target, service) : null;
	const assignments = COPIED.map((column, at) => `${column} = $${at + 1}`).join(", ");
	await target.transaction(async (writer) => {
		await writer.run(
			`update service set ${assignments} where id = 1`,
			COPIED.map((column) => service[column] ?? null),
		);
		if (slot !== null) await writer.run("update service set next_slot = $1 where id = 1", [slot]);
		await writer.run("delete from session_stats");
		await writer.run(
			`insert into session_stats (slot, started, stale_ended, won, lost, abandoned, today,
				started_today) values ($1, 0, 0, 0, 0, 0, 0, 0)`,
			[ONLY_SLOT],
		);
		await writer.run(updateCounters.sql, counters);
	});
}

/** The sums over all slots, as one slot has them. */
export async function countersRow(place: MovePlace): Promise<SqlValue[]> {
	const counters = await readCounters({ query: (sql, params) => place.select(sql, params) });
	const batch: SqlValue[] = [];
	pushCounters(batch, 0, counters);
	return batch.slice(2);
}

/** Beyond every key that was ever given out: a server's new sessions have keys of its slot. */
async function nextSlot(
	target: MoveTarget,
	service: Readonly<Record<string, SqlValue>>,
): Promise<number> {
	const [row] = await target.select(
		`select max(last_key) as last_key from (
			select max(session_key) as last_key from sessions
			union all select max(session_key) from archived_sessions) keys`,
	);
	const used = Math.floor(Number(row?.["last_key"] ?? 0) / KEYS_PER_SLOT);
	return Math.max(used + 1, Number(service["next_slot"] ?? 1));
}

/** What a storage becomes that is of an earlier moment than its source, as a restored one is. */
export interface NewIdentity {
	readonly instanceId: string;
	/** Clients notice by it that the server may have gone back in time. */
	readonly generation: number;
}

/** The last step: from now on a server opens the target. */
export async function endTarget(
	target: MoveTarget,
	identity: NewIdentity | null = null,
): Promise<void> {
	await target.transaction(async (writer) => {
		await writer.run("delete from move_progress");
		if (identity !== null)
			await writer.run("update service set instance_id = $1, generation = $2 where id = 1", [
				identity.instanceId,
				identity.generation,
			]);
		await writer.run("update service set moving_from = null, moved_to = null where id = 1");
	});
}
