import type { SqlRow } from "../driver.js";

/** Rows in the order of their session key, read once from front to back. */
export class KeyedRows {
	readonly #rows: Iterator<SqlRow>;
	#next: SqlRow | null;

	constructor(rows: Iterator<SqlRow>) {
		this.#rows = rows;
		this.#next = null;
		this.#advance();
	}

	/** Session key of the next row; Infinity after the last. */
	get key(): number {
		return this.#next === null ? Number.POSITIVE_INFINITY : Number(this.#next["session_key"]);
	}

	get seq(): number {
		return Number(this.#next?.["seq"]);
	}

	shift(): SqlRow | null {
		const row = this.#next;
		if (row !== null) this.#advance();
		return row;
	}

	close(): void {
		this.#next = null;
		this.#rows.return?.();
	}

	#advance(): void {
		const { done, value } = this.#rows.next();
		this.#next = done ? null : value;
	}
}

/** Every row of this key. */
export function* rowsOf(key: number, rows: KeyedRows): Generator<SqlRow> {
	while (rows.key === key) yield rows.shift() as SqlRow;
}

/** Every row of this key from both, in the order of `seq`. */
export function* logOf(key: number, moves: KeyedRows, tail: KeyedRows): Generator<SqlRow> {
	for (;;) {
		const isInMoves = moves.key === key;
		const isInTail = tail.key === key;
		if (!isInMoves && !isInTail) return;
		const first = !isInTail || (isInMoves && moves.seq <= tail.seq) ? moves : tail;
		yield first.shift() as SqlRow;
	}
}
