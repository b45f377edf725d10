import type { NormalMove } from "@savepoint/core";
import { move, type OpenStore } from "../../support/open-store.js";

/**
 * One of the clients of a session: sends what it was not told of again, in order, with its first
 * id, and remembers what it was told.
 */
export class Client {
	readonly sessionId: string;
	readonly name: string;
	/** Place in the log by id; 0 where it was told that the move stands nowhere. */
	readonly told = new Map<string, number>();
	/** What it was told that contradicts what it was told before. */
	readonly contradictions: string[] = [];
	#unsent: NormalMove[] = [];
	#sentCount = 0;
	/** Answers to calls of an earlier life do not arrive. */
	#life = 0;

	constructor(sessionId: string, name: string) {
		this.sessionId = sessionId;
		this.name = name;
	}

	/** The place of a move among all that this client has ever sent; -1: it is not its own. */
	placeOf(id: string | null): number {
		if (id === null || !id.startsWith(this.name)) return -1;
		const number = Number(id.slice(this.name.length));
		return number >= 1 && number <= this.#sentCount ? number : -1;
	}

	get unsent(): readonly string[] {
		return this.#unsent.map(({ id }) => id);
	}

	loseAnswers(): void {
		this.#life += 1;
	}

	async play(open: OpenStore, body: NormalMove["body"] | null): Promise<void> {
		if (body !== null) {
			this.#sentCount += 1;
			this.#unsent.push(move(`${this.name}${this.#sentCount}`, body));
		}
		if (this.#unsent.length === 0) return;
		const life = this.#life;
		const answered = await open.play(this.sessionId, [...this.#unsent]);
		if (!answered.ok || life !== this.#life) return;
		for (const { id, seq } of answered.answer.receipts) {
			const before = this.told.get(id);
			if (before !== undefined && before !== seq) this.contradictions.push(id);
			this.told.set(id, seq);
		}
		this.#unsent = this.#unsent.filter(({ id }) => !this.told.has(id));
	}
}
