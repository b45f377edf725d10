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

export interface CaughtUp {
	/** Sessions that were copied again. */
	readonly again: number;
	/** Of the source. */
	readonly sessions: number;
	/** Of the source, by the last entry of each log. */
	readonly moves: number;
}

/**
 * One walk along all sessions of both sides. What was the same in the walk is; what was not is read
 * back after it was copied. So while the source is held this is a proof as well: of every session
 * that its row's checksum, the form of its log and the last hash in it are the same on both sides.
 */
export const catchUpSessions = (copying: Copying): Promise<CaughtUp> =>
	new SessionWalk(copying).run();

class SessionWalk {
	readonly #copying: Copying;
	readonly #changed = new Set<number>();
	/** Being played: their rows are behind their logs. */
	#active: number[] = [];
	#again = 0;
	#moves = 0;

	constructor(copying: Copying) {
		this.#copying = copying;
	}

	async run(): Promise<CaughtUp> {
		const { source, target, signal, tell } = this.#copying;
		const total = await source.count("sessions");
		const sessions = await compareRows(
			SESSION_MARKS,
			source.pages(SESSION_MARKS, null),
			target.pages(SESSION_MARKS, null),
			{
				page: async (rows) => {
					demandGoOn(signal);
					tell("catching up", Math.min(rows, total), total);
					await this.#copyChanged(MOVE_AGAIN_SESSIONS);
				},
				different: (kind, row) => {
					this.#changed.add(Number(row["session_key"]));
					if (kind !== "surplus") this.#note(row);
				},
				same: (row) => this.#note(row),
			},
		);
		await this.#copyChanged(1);
		return { again: this.#again, sessions, moves: this.#moves };
	}

	#note(row: SqlRow): void {
		if (row["active"] === 1) this.#active.push(Number(row["session_key"]));
		else this.#moves += Number(row["seq"]);
	}

	async #copyChanged(least: number): Promise<void> {
		await this.#compareHeads();
		while (this.#changed.size >= least) {
			const keys = [...this.#changed].slice(0, MOVE_AGAIN_SESSIONS);
			for (const key of keys) this.#changed.delete(key);
			await copyAgain(this.#copying, keys);
			this.#again += keys.length;
		}
	}

	async #compareHeads(): Promise<void> {
		const { source, target } = this.#copying;
		const active = this.#active;
		this.#active = [];
		for (let at = 0; at < active.length; at += MOVE_AGAIN_SESSIONS) {
			const keys = active.slice(at, at + MOVE_AGAIN_SESSIONS);
			const [ours, theirs] = [await source.heads(keys), await target.heads(keys)];
			for (const key of keys) {
				const head = ours.get(key);
				this.#moves += Number.parseInt(head ?? "0", 10);
				if (head !== theirs.get(key)) this.#changed.add(key);
			}
		}
	}
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
