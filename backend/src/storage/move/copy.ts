import { SavepointError } from "../../errors.js";
import {
	MOVE_ACTIVE_WEIGHT,
	MOVE_BATCH_MOVES,
	MOVE_BATCH_SESSIONS,
	MOVE_PAGE_BYTES,
} from "../../limits.js";
import type { SqlRow } from "../driver.js";
import { isSameRow, keyOf } from "./merge.js";
import type {
	MoveSource,
	MoveTarget,
	MoveWriter,
	RowKey,
	SessionRows,
	TableShape,
} from "./ports.js";
import type { MovedTables } from "./tables.js";

/** The copy itself: batches in the order of the keys, each with how far it has come. */

export interface Copying {
	readonly source: MoveSource;
	readonly target: MoveTarget;
	readonly tables: MovedTables;
	/** Aborted: the batch under way is the last one. */
	readonly signal: AbortSignal;
	readonly tell: (step: string, done: number, total: number) => void;
}

/** How the rows of a kind of data that are not here yet begin; `done`: all were here once. */
interface Progress {
	readonly lastKey: RowKey | null;
	readonly done: boolean;
}

const SELECT_PROGRESS = "select last_key, done from move_progress where name = $1";
const NOTE_PROGRESS = `insert into move_progress (name, last_key, done) values ($1, $2, $3)
	on conflict (name) do update set last_key = excluded.last_key, done = excluded.done`;

async function progressOf(target: MoveTarget, name: string): Promise<Progress> {
	const [row] = await target.select(SELECT_PROGRESS, [name]);
	const lastKey = row?.["last_key"] ?? null;
	return {
		lastKey: lastKey === null ? null : (JSON.parse(String(lastKey)) as RowKey),
		done: row?.["done"] === 1,
	};
}

const noteProgress = (
	writer: MoveWriter,
	name: string,
	{ lastKey, done }: Progress,
): Promise<void> =>
	writer.run(NOTE_PROGRESS, [
		name,
		lastKey === null ? null : JSON.stringify(lastKey),
		done ? 1 : 0,
	]);

/** Everything once, from where an earlier run came to. What changes meanwhile is for later. */
export async function copyAll(copying: Copying): Promise<void> {
	await copySessions(copying);
	for (const table of copying.tables.others) await copyTable(copying, table);
}

async function copySessions(copying: Copying): Promise<void> {
	const { source, target, tables, tell } = copying;
	let { lastKey, done } = await progressOf(target, "sessions");
	const total = await source.count("sessions");
	let copied = await target.count("sessions");
	tell("copying sessions", copied, total);
	// The next batch is read while the one before is written: they are two engines.
	let writing: Promise<void> = Promise.resolve();
	while (!done) {
		const keys = await nextSessions(source, Number(lastKey?.[0] ?? -1));
		const rows = keys.length === 0 ? null : await source.sessionRows(tables.ofSessions, keys);
		await writing;
		demandGoOn(copying.signal);
		lastKey = keys.length === 0 ? lastKey : [keys.at(-1) ?? null];
		done = keys.length === 0;
		const progress = { lastKey, done };
		copied += keys.length;
		tell("copying sessions", Math.min(copied, total), total);
		writing = target.transaction(async (writer) => {
			if (rows !== null) await putSessions(writer, tables.ofSessions, rows, false);
			await noteProgress(writer, "sessions", progress);
		});
		// Awaited in the next round; until then nobody would hear of it.
		writing.catch(() => undefined);
	}
	await writing;
}

/** As many sessions as one transaction may hold by the number of their moves, at least one. */
export async function nextSessions(
	source: Pick<MoveSource, "select">,
	after: number,
): Promise<number[]> {
	const rows = await source.select(
		`select session_key, seq, result from sessions where session_key > $1
		order by session_key limit ${MOVE_BATCH_SESSIONS}`,
		[after],
	);
	const keys: number[] = [];
	let moves = 0;
	for (const row of rows) {
		const seq = Number(row["seq"]);
		moves += row["result"] === null ? Math.max(seq, MOVE_ACTIVE_WEIGHT) : packedWeight(seq);
		if (keys.length > 0 && moves > MOVE_BATCH_MOVES) break;
		keys.push(Number(row["session_key"]));
	}
	return keys;
}

/** A finished log of the usual length is one row, or soon will be. */
const packedWeight = (seq: number): number => (seq <= 100 ? seq / 4 : seq);

async function putSessions(
	writer: MoveWriter,
	tables: readonly TableShape[],
	rows: SessionRows,
	replace: boolean,
): Promise<void> {
	for (const table of tables) await writer.put(table, rows.get(table.name) ?? [], replace);
}

async function copyTable(copying: Copying, table: TableShape): Promise<void> {
	const { source, target, tell } = copying;
	const progress = await progressOf(target, table.name);
	if (progress.done) return;
	const step = `copying ${table.name}`;
	const total = await source.count(table.name);
	let copied = 0;
	let lastKey = progress.lastKey;
	tell(step, 0, total);
	for await (const rows of inBatches(source.pages(table, lastKey))) {
		demandGoOn(copying.signal);
		lastKey = keyOf(table, rows.at(-1) ?? {});
		await target.transaction(async (writer) => {
			await writer.put(table, rows, false);
			await noteProgress(writer, table.name, { lastKey, done: false });
		});
		copied += rows.length;
		tell(step, Math.min(copied, total), total);
	}
	await target.transaction((writer) => noteProgress(writer, table.name, { lastKey, done: true }));
}

/** Small pages together, so that a transaction is worth its sync. */
async function* inBatches(pages: AsyncIterable<SqlRow[]>): AsyncGenerator<SqlRow[]> {
	let batch: SqlRow[] = [];
	let bytes = 0;
	for await (const page of pages) {
		batch.push(...page);
		bytes += JSON.stringify(page).length;
		if (bytes < MOVE_PAGE_BYTES) continue;
		yield batch;
		batch = [];
		bytes = 0;
	}
	if (batch.length > 0) yield batch;
}

/**
 * These sessions once more, whatever is there of them on either side, and read back. Rejects with
 * MOVE_DIFFERS when the target does not give back what it was given.
 */
export async function copyAgain(copying: Copying, keys: readonly number[]): Promise<void> {
	if (keys.length === 0) return;
	const { source, target, tables } = copying;
	const rows = await source.sessionRows(tables.ofSessions, keys);
	await target.transaction(async (writer) => {
		for (const table of tables.ofSessions) await writer.removeSessions(table, keys);
		await putSessions(writer, tables.ofSessions, rows, true);
	});
	const stored = await target.sessionRows(tables.ofSessions, keys);
	for (const table of tables.ofSessions) {
		const sent = rows.get(table.name) ?? [];
		const back = stored.get(table.name) ?? [];
		const isSame =
			sent.length === back.length && sent.every((row, at) => isSameRow(table, row, back[at] ?? {}));
		if (!isSame)
			throw new SavepointError(
				"MOVE_DIFFERS",
				`The target does not give back what was written to its table ${table.name}.`,
			);
	}
}

export function demandGoOn(signal: AbortSignal): void {
	if (signal.aborted) throw new SavepointError("INTERRUPTED");
}
