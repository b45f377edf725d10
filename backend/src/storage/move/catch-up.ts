import { MOVE_AGAIN_SESSIONS } from "../../limits.js";
import type { SqlRow } from "../driver.js";
import { type Copying, copyAgain, demandGoOn } from "./copy.js";
import { compareRows, keyOf } from "./merge.js";
import type { MovePlace, RowKey, TableShape } from "./ports.js";
import { SESSION_MARKS } from "./tables.js";

/**
 * Copies again what has changed, beside a running server or while it is held. A session has changed
 * when its row has (its checksum tells), when its log lies in the other form, or, while it is
 * played, when the last entry of its log is another.
 */

/** One walk along all sessions. Resolves to how many were copied again. */
export async function catchUpSessions(copying: Copying): Promise<number> {
	const { source, target, tell } = copying;
	const changed: number[] = [];
	const active: number[] = [];
	let count = 0;
	const copyChanged = async (isEnd: boolean): Promise<void> => {
		changed.push(...(await withOtherHeads(source, target, active.splice(0))));
		while (changed.length >= (isEnd ? 1 : MOVE_AGAIN_SESSIONS)) {
			const keys = changed.splice(0, MOVE_AGAIN_SESSIONS);
			await copyAgain(copying, keys);
			count += keys.length;
		}
	};
	const keyOfRow = (row: SqlRow): number => Number(row["session_key"]);
	await compareRows(
		SESSION_MARKS,
		source.pages(SESSION_MARKS, null),
		target.pages(SESSION_MARKS, null),
		{
			page: async (rows) => {
				demandGoOn(copying.signal);
				tell("catching up", rows, rows);
				await copyChanged(false);
			},
			different: (_, row) => changed.push(keyOfRow(row)),
			same: (row) => {
				if (row["active"] === 1) active.push(keyOfRow(row));
			},
		},
	);
	await copyChanged(true);
	return count;
}

async function withOtherHeads(
	source: MovePlace,
	target: MovePlace,
	keys: readonly number[],
): Promise<number[]> {
	const found: number[] = [];
	for (let at = 0; at < keys.length; at += MOVE_AGAIN_SESSIONS) {
		const some = keys.slice(at, at + MOVE_AGAIN_SESSIONS);
		const [ours, theirs] = [await source.heads(some), await target.heads(some)];
		found.push(...some.filter((key) => ours.get(key) !== theirs.get(key)));
	}
	return found;
}

/**
 * Makes the other tables the same, row by row. What is gone goes first: what came in its place may
 * have a value that may be there once only.
 */
export async function catchUpTables({ source, target, tables }: Copying): Promise<number> {
	let count = 0;
	for (const table of tables.others) {
		count += await inChunks(table, source, target, async (chunk) => {
			const keys = chunk.filter(({ kind }) => kind === "surplus").map(({ key }) => key);
			if (keys.length > 0) await target.transaction((writer) => writer.remove(table, keys));
		});
		await inChunks(table, source, target, async (chunk) => {
			const rows = chunk.filter(({ kind }) => kind !== "surplus").map(({ row }) => row);
			if (rows.length > 0) await target.transaction((writer) => writer.put(table, rows, true));
		});
	}
	return count;
}

interface Changed {
	readonly kind: "missing" | "surplus" | "different";
	readonly key: RowKey;
	readonly row: SqlRow;
}

async function inChunks(
	table: TableShape,
	source: MovePlace,
	target: MovePlace,
	apply: (chunk: readonly Changed[]) => Promise<void>,
): Promise<number> {
	let chunk: Changed[] = [];
	let count = 0;
	const flush = async (): Promise<void> => {
		const due = chunk;
		chunk = [];
		count += due.length;
		await apply(due);
	};
	await compareRows(table, source.pages(table, null), target.pages(table, null), {
		page: flush,
		different: (kind, row) => chunk.push({ kind, key: keyOf(table, row), row }),
	});
	await flush();
	return count;
}
