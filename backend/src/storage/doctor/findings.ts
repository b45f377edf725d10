import type { CounterComparison, HarmedSession, SessionTally } from "./report.js";

/** Enough to see what kind of damage it is; beyond it only the number grows. */
const SENTENCES_MAX = 50;

/** Gathers what the checks find, in bounded memory however much that is. */
export class Findings {
	readonly tally: SessionTally = {
		examined: 0,
		active: 0,
		ended: 0,
		moves: 0,
		artifacts: 0,
		harmed: 0,
	};
	/** Sessions whose log was played again, where that is only a sample; null: all of them. */
	replayed: number | null = null;
	readonly harmedSessions: HarmedSession[] = [];
	readonly counters: CounterComparison[] = [];
	readonly notes: string[] = [];
	readonly #damage: string[] = [];
	readonly #harmedListMax: number;
	#damageCount = 0;

	constructor(harmedListMax: number) {
		this.#harmedListMax = harmedListMax;
	}

	get damage(): readonly string[] {
		const more = this.#damageCount - this.#damage.length;
		return more === 0 ? this.#damage : [...this.#damage, `${more} more of the kind.`];
	}

	get drift(): CounterComparison[] {
		return this.counters.filter(({ stored, counted }) => stored !== counted);
	}

	get isHarmed(): boolean {
		return this.tally.harmed > 0 || this.#damageCount > 0 || this.drift.length > 0;
	}

	addHarmed(harmed: HarmedSession): void {
		this.tally.harmed += 1;
		if (this.harmedSessions.length < this.#harmedListMax) this.harmedSessions.push(harmed);
	}

	addDamage(sentence: string): void {
		this.#damageCount += 1;
		if (this.#damage.length < SENTENCES_MAX) this.#damage.push(sentence);
	}

	addNote(sentence: string): void {
		this.notes.push(sentence);
	}
}
