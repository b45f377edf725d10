import { SavepointError } from "../../errors.js";
import { MOVE_AGAIN_SESSIONS, MOVE_LAST_SESSIONS, MOVE_ROUNDS_MAX } from "../../limits.js";
import { catchUpSessions, catchUpTables } from "./catch-up.js";
import { type Copying, copyAgain, copyAll } from "./copy.js";
import type { MoveSource, MoveTarget, TellMove } from "./ports.js";
import { type MoveProof, proveEqual } from "./proof.js";
import { beginTarget, copyService, endTarget } from "./service-marks.js";
import { type MovePlan, refuse, type Standing } from "./standing.js";
import { allOf, movedTables } from "./tables.js";

export interface MoveOrder {
	readonly source: MoveSource;
	readonly target: MoveTarget;
	readonly plan: MovePlan;
	readonly from: Standing;
	readonly signal: AbortSignal;
	readonly tell: TellMove;
}

export interface Moved {
	readonly proof: MoveProof;
	/** How long no server could write. */
	readonly heldMs: number;
	/** Sessions that were copied again because they were played on meanwhile. */
	readonly copiedAgain: number;
}

/**
 * Moves everything, beside the source's servers or without one. They go on until the last step, in
 * which the source is held: what has changed since is copied, both sides are compared, and the
 * source is marked, so that from then on its servers take nothing more. Nothing that they have
 * acknowledged is missing then in the target, which a server may open.
 *
 * A kill at any point loses nothing: until the mark the source serves on, and the same call goes on
 * from the last batch. Rejects with MOVE_DIFFERS when the two are not equal, with INTERRUPTED, and
 * by the codes of both engines; the source is as it was then.
 */
export async function moveStorage(order: MoveOrder): Promise<Moved> {
	const { source, target, plan, from, signal, tell } = order;
	const tables = await movedTables(source);
	await demandSameTables(order);
	const copying: Copying = {
		source,
		target,
		tables,
		signal,
		tell: (step, done, total) => tell({ step, done, total }),
	};
	if (plan === "finish") return finish(order, copying);
	// 1. An empty target that says what it is for, or the one of an earlier run.
	if (plan !== "resume") {
		const [service] = await source.select("select * from service where id = 1");
		await beginTarget(target, tables, service ?? {}, source.location);
	}
	// 2. Everything once; then what has changed meanwhile, until little is left.
	await copyAll(copying);
	let copiedAgain = 0;
	for (let round = 1; round <= MOVE_ROUNDS_MAX; round += 1) {
		const { again } = await catchUpSessions(copying);
		copiedAgain += again;
		if (again <= MOVE_LAST_SESSIONS) break;
	}
	await catchUpTables(copying);
	await target.settle(from.instanceId);
	// 3. Every row of both sides. What differs by now is played on, and copied once more.
	const live = await proveRows(copying);
	copiedAgain += live.again;
	// 4. The last step: only what may have changed since is looked at again.
	await source.hold();
	const heldAtMs = performance.now();
	try {
		await demandSameSource(source, from);
		const { again, sessions, moves } = await catchUpSessions(copying);
		copiedAgain += again;
		await catchUpTables(copying);
		await copyService(source, target);
		const last = await proveEqual(source, target, {
			tables: { ...tables, ofSessions: [] },
			tell,
		});
		demandEqual(last);
		const proof = { ...last, sessions, moves, rows: { ...live.rows, ...last.rows, sessions } };
		await source.markMoved(target.location);
		const heldMs = Math.round(performance.now() - heldAtMs);
		await endTarget(target);
		return { proof, heldMs, copiedAgain };
	} finally {
		await source.release();
	}
}

/**
 * Compares everything beside the source's servers. A session that differs then was changed
 * meanwhile, or is not what was written: it is copied again and read back.
 */
async function proveRows(
	copying: Copying,
): Promise<{ readonly rows: MoveProof["rows"]; readonly again: number }> {
	const { source, target, tables } = copying;
	const changed = new Set<number>();
	const { rows } = await proveEqual(source, target, {
		tables: { ...tables, others: [] },
		tell: ({ step, done, total }) => copying.tell(step, done, total),
		onDifferent: (row) => changed.add(Number(row["session_key"])),
	});
	const keys = [...changed];
	for (let at = 0; at < keys.length; at += MOVE_AGAIN_SESSIONS)
		await copyAgain(copying, keys.slice(at, at + MOVE_AGAIN_SESSIONS));
	return { rows, again: keys.length };
}

/**
 * The source takes nothing more, so it need not be held. Its last server may have packed a log when
 * it was marked already, which is the same log.
 */
async function finish({ source, target, tell }: MoveOrder, copying: Copying): Promise<Moved> {
	const { tables } = copying;
	const { again: copiedAgain } = await catchUpSessions(copying);
	await catchUpTables(copying);
	await copyService(source, target);
	const proof = await proveEqual(source, target, { tables, tell });
	demandEqual(proof);
	await endTarget(target);
	return { proof, heldMs: 0, copiedAgain };
}

export function demandEqual(proof: MoveProof): void {
	if (proof.isEqual) return;
	const more = proof.differences - proof.named.length;
	throw new SavepointError(
		"MOVE_DIFFERS",
		[
			`Source and target are not equal in ${proof.differences} places:`,
			...proof.named,
			...(more > 0 ? [`and ${more} more.`] : []),
		].join("\n"),
	);
}

/** Both have the same version's schema, or a row would be copied in part. */
async function demandSameTables({ source, target }: MoveOrder): Promise<void> {
	const text = async (place: MoveSource | MoveTarget): Promise<string> =>
		JSON.stringify(
			allOf(await movedTables(place)).map(({ name, key, columns }) => [name, key, columns]),
		);
	if ((await text(source)) !== (await text(target)))
		throw refuse(
			`${source.location} and ${target.location} do not have the same tables; bring both to this version.`,
		);
}

async function demandSameSource(source: MoveSource, from: Standing): Promise<void> {
	const [row] = await source.select("select * from service where id = 1");
	if (row?.["instance_id"] === from.instanceId && row["moved_to"] === null) return;
	throw refuse(
		`${source.location} has become another storage while it was being moved, as by a restore; begin again.`,
	);
}
