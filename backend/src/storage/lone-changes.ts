import type { CounterChange } from "../counters.js";
import type { Commits, PreparedWrite } from "./ports.js";

export type LoneStatement = PreparedWrite;

/**
 * Changes that belong to no session: notices, the audit log, samples. Each is a group of its own,
 * so that a rejected one fails alone; sessions count upwards from 1 and 0 is the batch itself, so
 * these count downwards.
 */
export class LoneChanges {
	readonly #commits: Pick<Commits, "refusal" | "begin" | "finish">;
	#last = 0;

	constructor(commits: Pick<Commits, "refusal" | "begin" | "finish">) {
		this.#commits = commits;
	}

	nextGroup(): number {
		this.#last -= 1;
		return this.#last;
	}

	/**
	 * Resolves when all of the statements are on disk, in one transaction; rejects, with nothing
	 * stored, with why the storage takes no write or what it rejected (STORAGE_CONFLICT).
	 */
	async write(
		statements: readonly LoneStatement[],
		change: CounterChange | null = null,
	): Promise<void> {
		const refusal = this.#commits.refusal();
		if (refusal !== null) throw refusal;
		const group = this.nextGroup();
		await new Promise<void>((committed, failed) => {
			const batch = this.#commits.begin();
			for (const { place, params } of statements) batch.push(place, group, ...params);
			this.#commits.finish(group, change, { committed, failed });
		});
	}
}
