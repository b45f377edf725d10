import type { Database as Connection, Statement } from "better-sqlite3";
import type { SqlRow, SqlValue } from "./driver.js";
import { chainHash, chainLinkOf, genesisHash } from "./hashes.js";
import { insertPackedLog, logEntries, PACKED_ENTRIES_MAX, packedLogParams } from "./packed-log.js";
import { FIXED_COLUMNS } from "./session-columns.js";
import { named } from "./sqlite-binding.js";

/**
 * Makes one row of what is left of finished sessions: their logs move from `moves` to
 * `packed_logs`, and their artifacts, which follow from the log, go. On the writer's connection,
 * between batches.
 *
 * A log is packed only when its chain leads to the hash in the session's row and the packed form
 * gives back every column. Another stays as it is, for doctor to name. Nothing is ever packed twice
 * or taken apart again.
 */
export class SqliteLogPacker {
	readonly #inTransaction: (untilMs: number) => number;
	readonly #nextListed: Statement;
	readonly #session: Statement;
	readonly #moves: Statement;
	readonly #insertPacked: Statement;
	readonly #removals: readonly Statement[];
	readonly #unlist: Statement;

	/** After the migrations: the statements exist only then. */
	constructor(connection: Connection) {
		const prepare = (sql: string) => connection.prepare(sql);
		this.#nextListed = prepare("select min(session_key) from logs_to_pack").pluck();
		this.#session = prepare(
			"select * from sessions where session_key = ? and result is not null and seq <= ?",
		);
		this.#moves = prepare("select * from moves where session_key = ? order by seq");
		this.#insertPacked = prepare(insertPackedLog.sql);
		this.#removals = ["moves", "artifacts"].map((table) =>
			prepare(`delete from ${table} where session_key = ?`),
		);
		this.#unlist = prepare("delete from logs_to_pack where session_key = ?");
		this.#inTransaction = connection.transaction((untilMs: number) =>
			this.#packUntil(untilMs),
		).immediate;
	}

	/**
	 * One transaction of about `budgetMs`, with at least one session in it. Returns how many sessions
	 * left the list; 0: it is empty. Throws what SQLite threw, rolled back.
	 */
	packSome(budgetMs: number): number {
		return this.#nextKey() === null ? 0 : this.#inTransaction(performance.now() + budgetMs);
	}

	#nextKey(): number | null {
		return this.#nextListed.get() as number | null;
	}

	#packUntil(untilMs: number): number {
		let done = 0;
		for (let key = this.#nextKey(); key !== null; key = this.#nextKey()) {
			const packed = this.#packedLog(key);
			if (packed !== null) {
				this.#insertPacked.run(named(packed));
				for (const removal of this.#removals) removal.run(key);
			}
			this.#unlist.run(key);
			done += 1;
			if (performance.now() >= untilMs) break;
		}
		return done;
	}

	/** The row to store; null where the log must stay as it is. */
	#packedLog(key: number): SqlValue[] | null {
		const session = this.#session.get(key, PACKED_ENTRIES_MAX) as SqlRow | undefined;
		if (session === undefined) return null;
		const moves = this.#moves.all(key) as SqlRow[];
		if (moves.length !== session["seq"] || headOf(session, moves) !== session["head_hash"])
			return null;
		const params = packedLogParams(key, moves);
		const [session_key = null, seq = null, packed = null] = params;
		const readBack = logEntries([{ session_key, seq, packed }]);
		return moves.every((move, at) => isSame(move, readBack[at])) ? params : null;
	}
}

/** Where the entries lead to from the session's fixed columns; null where a hash does not fit. */
function headOf(row: SqlRow, moves: readonly SqlRow[]): string | null {
	let head = genesisHash(FIXED_COLUMNS.map((column) => row[column] ?? null));
	for (const move of moves) {
		head = chainHash(head, chainLinkOf(move));
		if (head !== move["hash"]) return null;
	}
	return head;
}

const isSame = (move: SqlRow, readBack: SqlRow | undefined): boolean =>
	Object.keys(move).every((column) => column === "hash" || move[column] === readBack?.[column]);
