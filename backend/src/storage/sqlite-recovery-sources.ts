import type { Database as Connection, Statement } from "better-sqlite3";
import type { SqlRow } from "./driver.js";
import { logEntries } from "./packed-log.js";
import type { LogCandidate, Remains } from "./recovery/rebuilt-session.js";
import { originOf } from "./sqlite-salvage-scratch.js";
import { UnreadableRow } from "./unreadable-row.js";

/** Everything that salvage and backup hold of the sessions, one session after the other. */
export class RecoverySources {
	readonly #salvaged: Connection | null;
	readonly #backup: Connection | null;
	readonly #statements: {
		readonly salvagedRow: Statement | null;
		readonly unproven: Statement | null;
		readonly salvagedLog: Statement | null;
		readonly backupRow: Statement | null;
		readonly backupEntry: Statement | null;
		readonly packed: Statement | null;
		readonly backupLog: Statement | null;
		readonly archived: Statement | null;
	};

	constructor(salvaged: Connection | null, backup: Connection | null) {
		this.#salvaged = salvaged;
		this.#backup = backup;
		const prepare = (from: Connection | null, sql: string) => from?.prepare(sql) ?? null;
		const selectRow = "select * from sessions where session_key = ?";
		this.#statements = {
			salvagedRow: prepare(salvaged, selectRow),
			unproven: prepare(salvaged, "select row from temp.unproven_sessions where session_key = ?"),
			salvagedLog: prepare(
				salvaged,
				"select * from move_tail where session_key = ? order by seq, tail_id",
			),
			backupRow: prepare(backup, selectRow),
			backupEntry: prepare(
				backup,
				"select * from session_log where session_key = ? and packed is null and seq = ?",
			),
			packed: prepare(salvaged, "select * from temp.packed where session_key = ? order by is_old"),
			archived: prepare(salvaged, "select 1 from archived_sessions where session_key = ?"),
			backupLog: prepare(backup, "select * from packed_logs where session_key = ?"),
		};
	}

	/** Taken away by retention or an operator, and purged: one small row says so. */
	isArchived(key: number): boolean {
		const { archived, salvagedRow } = this.#statements;
		return archived?.get(key) !== undefined && salvagedRow?.get(key) === undefined;
	}

	/** Keys of which any row or any entry of a log is left, in order. */
	*keys(): Generator<number> {
		const lists = [
			...this.#keysIn(this.#salvaged, "sessions", ""),
			...this.#keysIn(this.#salvaged, "temp.unproven_sessions", ""),
			// What was written over is no proof that there was a session.
			...this.#keysIn(this.#salvaged, "move_tail", `and tail_id < ${2 ** 41}`),
			...this.#keysIn(this.#salvaged, "temp.packed", "and is_old = 0"),
			...this.#keysIn(this.#backup, "sessions", ""),
		];
		for (let after = 0; ; ) {
			const next = Math.min(...lists.map((nextAfter) => nextAfter(after)));
			if (!Number.isFinite(next)) return;
			yield next;
			after = next;
		}
	}

	*#keysIn(
		from: Connection | null,
		table: string,
		condition: string,
	): Generator<(after: number) => number> {
		if (from === null) return;
		const statement = from
			.prepare(`select min(session_key) from ${table} where session_key > ? ${condition}`)
			.pluck();
		let next = 0;
		yield (after) => {
			if (next <= after) next = (statement.get(after) as number | null) ?? Number.POSITIVE_INFINITY;
			return next;
		};
	}

	remains(key: number): Remains & { readonly isInSalvage: boolean } {
		const { salvagedRow, unproven, salvagedLog, backupRow, backupEntry, packed, backupLog } =
			this.#statements;
		const row = (salvagedRow?.get(key) ?? null) as SqlRow | null;
		const older = (backupRow?.get(key) ?? null) as SqlRow | null;
		const texts = (unproven?.pluck().all(key) ?? []) as string[];
		const log = (salvagedLog?.all(key) ?? []) as SqlRow[];
		const bySeq = new Map<number, SqlRow[]>();
		for (const entry of log) {
			const seq = Number(entry["seq"]);
			bySeq.set(seq, [...(bySeq.get(seq) ?? []), entry]);
		}
		const packedRows = (packed?.all(key) ?? []) as SqlRow[];
		const seen = [
			...log.filter((entry) => originOf(Number(entry["tail_id"])) !== "old"),
			...packedRows.filter((one) => one["is_old"] === 0),
		];
		return {
			key,
			isInSalvage: row !== null || texts.length > 0,
			rows: [
				...(row === null ? [] : [row]),
				...(older === null ? [] : [older]),
				...texts.map((text) => JSON.parse(text) as SqlRow),
			],
			lastSeenSeq: seen.reduce((last, entry) => Math.max(last, Number(entry["seq"])), 0),
			*wholeLogs(): Generator<LogCandidate[]> {
				for (const { seq, log: bytes } of packedRows)
					yield unpacked({ session_key: key, seq: seq ?? 0, packed: bytes ?? null }, "file");
				for (const row of (backupLog?.all(key) ?? []) as SqlRow[])
					yield unpacked({ ...row, packed: row["log"] ?? null }, "backup");
			},
			*candidates(seq): Generator<LogCandidate> {
				for (const entry of bySeq.get(seq) ?? []) {
					const origin = originOf(Number(entry["tail_id"]));
					yield { entry, source: origin === "file" ? "file" : "wal" };
				}
				for (const entry of (backupEntry?.all(key, seq) ?? []) as SqlRow[])
					yield { entry, source: "backup" };
			},
		};
	}
}

function unpacked(row: SqlRow, source: LogCandidate["source"]): LogCandidate[] {
	try {
		return logEntries([row]).map((entry) => ({ entry, source }));
	} catch (error) {
		if (error instanceof UnreadableRow) return [];
		throw error;
	}
}
