import type { Replay } from "@savepoint/core";
import type { Replays } from "./public-answers.js";

/**
 * The replays that were asked for last, up to a number of moves in all. A finished game never
 * changes, and to rebuild a long one takes a quarter of a second that anybody could ask for again
 * and again. Whoever asks while one is being read waits for the same.
 */
export class RecentReplays implements Replays {
	readonly #source: Replays;
	readonly #movesMax: number;
	/** Least recently asked for first. */
	readonly #asked = new Map<string, Promise<Replay>>();
	readonly #movesOf = new Map<string, number>();
	#moves = 0;

	constructor(source: Replays, movesMax: number) {
		this.#source = source;
		this.#movesMax = movesMax;
	}

	find(replayId: string): Promise<Replay> {
		const replay = this.#asked.get(replayId) ?? this.#read(replayId);
		this.#asked.delete(replayId);
		this.#asked.set(replayId, replay);
		return replay;
	}

	/** An operator has put another state in the place of this one, or it was removed. */
	forget(replayId: string): void {
		this.#asked.delete(replayId);
		this.#moves -= this.#movesOf.get(replayId) ?? 0;
		this.#movesOf.delete(replayId);
	}

	#read(replayId: string): Promise<Replay> {
		const reading = this.#source.find(replayId);
		reading.then(
			({ moves }) => {
				// Forgotten while it was read.
				if (this.#asked.get(replayId) !== reading) return;
				this.#movesOf.set(replayId, moves.length);
				this.#moves += moves.length;
				this.#makeRoom();
			},
			// What went wrong may be mended by the next time.
			() => this.#asked.delete(replayId),
		);
		return reading;
	}

	#makeRoom(): void {
		for (const replayId of this.#asked.keys()) {
			if (this.#moves <= this.#movesMax) return;
			const moves = this.#movesOf.get(replayId);
			// Still being read.
			if (moves === undefined) continue;
			this.#asked.delete(replayId);
			this.#movesOf.delete(replayId);
			this.#moves -= moves;
		}
	}
}
