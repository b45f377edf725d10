import {
	BODY_BYTES_MAX,
	MOVES_PER_BATCH_MAX,
	MOVES_PER_SESSION_MAX,
	type Move,
	type Receipt,
} from "@savepoint/core";
import { NO_ANSWER } from "./errors.js";
import type { MovesOutcome } from "./types.js";

/** One more than a session takes, so that an `end` always finds room. */
export const QUEUED_MOVES_MAX = MOVES_PER_SESSION_MAX + 1;
/** Leaves room for what is wrapped around the moves. */
const BATCH_BYTES_MAX = BODY_BYTES_MAX - 4_096;

interface DeliveredMove {
	readonly queued: QueuedMove;
	readonly seq: number;
}

interface QueuedMove {
	readonly move: Move;
	readonly json: string;
	sent: boolean;
}

export interface Batch {
	readonly moves: readonly Move[];
	/** The array of the moves, as JSON. */
	readonly movesJson: string;
	/** How many of them were sent before. */
	readonly resent: number;
}

/**
 * The moves without a receipt, in the order in which they were played. Only this order is ever
 * sent, and a batch always starts at the oldest move: so whatever arrives twice, the first
 * arrivals are in order.
 */
export class MoveQueue {
	#moves: QueuedMove[];
	/** Applied ones, oldest first, for a server that was restored and lacks them. */
	#delivered: DeliveredMove[] = [];
	/** How many moves at the head may be sent, because the storage has them. */
	#stored: number;

	/** `moves`: what a reload found in the storage. They may have been sent before it. */
	constructor(moves: readonly Move[]) {
		this.#moves = moves.map((move) => ({ move, json: JSON.stringify(move), sent: true }));
		this.#stored = moves.length;
	}

	get pending(): number {
		return this.#moves.length;
	}

	/** False when there is no room, except for an `end`. */
	push(move: Move): boolean {
		const limit = move.type === "end" ? QUEUED_MOVES_MAX : QUEUED_MOVES_MAX - 1;
		if (this.#moves.length >= limit) return false;
		this.#moves.push({ move, json: JSON.stringify(move), sent: false });
		return true;
	}

	/** The queue as it must be stored; `stored()` tells the queue that it was. */
	snapshot(): { readonly movesJson: readonly string[]; stored(): void } {
		const movesJson = this.#moves.map((queued) => queued.json);
		const last = this.#moves.at(-1);
		return {
			movesJson,
			stored: () => {
				// Moves at the head may have got their receipts while the storage wrote.
				if (last === undefined) return;
				this.#stored = Math.max(this.#stored, this.#moves.lastIndexOf(last) + 1);
			},
		};
	}

	/** The oldest moves that the storage has, as many as one request may carry; null: none. */
	nextBatch(): Batch | null {
		const taken: QueuedMove[] = [];
		let bytes = 0;
		for (const queued of this.#moves.slice(0, Math.min(this.#stored, MOVES_PER_BATCH_MAX))) {
			// Ids and statuses are ASCII, so the length of the text is its size in bytes.
			bytes += queued.json.length + 1;
			if (bytes > BATCH_BYTES_MAX) break;
			taken.push(queued);
		}
		if (taken.length === 0) return null;
		const resent = taken.filter((queued) => queued.sent).length;
		for (const queued of taken) queued.sent = true;
		return {
			moves: taken.map((queued) => queued.move),
			movesJson: `[${taken.map((queued) => queued.json).join(",")}]`,
			resent,
		};
	}

	/** Drops the batch: its receipts are here. */
	acknowledge(batch: Batch, receipts: readonly Receipt[] = []): void {
		const seqs = new Map(batch.moves.map((move, at) => [move, receipts[at]]));
		const done = this.#moves.filter(({ move }) => seqs.has(move));
		const stored = this.#moves.slice(0, this.#stored).filter(({ move }) => seqs.has(move));
		this.#moves = this.#moves.filter(({ move }) => !seqs.has(move));
		this.#stored -= stored.length;
		for (const queued of done) {
			const receipt = seqs.get(queued.move);
			if (receipt === undefined || receipt.applied === "refused") continue;
			this.#delivered.push({ queued, seq: receipt.seq });
		}
		if (this.#delivered.length > MOVES_PER_SESSION_MAX)
			this.#delivered = this.#delivered.slice(-MOVES_PER_SESSION_MAX);
	}

	/**
	 * The server's log ends at `seq` now: what it once had after that goes to the head of the queue,
	 * in its old order; but for the moves with these ids, which it has just taken. Returns how many
	 * moves that are.
	 */
	takeBack(seq: number, taken: ReadonlySet<string>): number {
		const isLacking = (one: DeliveredMove): boolean =>
			one.seq > seq && !taken.has(one.queued.move.id);
		const back = this.#delivered.filter(isLacking).map(({ queued }) => queued);
		this.#delivered = this.#delivered.filter((one) => !isLacking(one));
		this.#moves = [...back, ...this.#moves];
		// They are sent once the storage has them again.
		if (back.length > 0) this.#stored = 0;
		return back.length;
	}
}

/** Receipts that are not those of the batch prove nothing; the resend will bring the right ones. */
export function answersBatch(batch: Batch, outcome: MovesOutcome): MovesOutcome {
	if (outcome.kind !== "answer") return outcome;
	const { receipts } = outcome.answer;
	const matches =
		receipts.length === batch.moves.length &&
		batch.moves.every((move, place) => receipts[place]?.id === move.id);
	return matches ? outcome : NO_ANSWER;
}
