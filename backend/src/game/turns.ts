/**
 * Lets work that shares a name run one after the other; work that shares none runs side by side.
 */
export class Turns {
	readonly #last = new Map<string, Promise<void>>();

	/** Runs `work` when everything that came before it under any of these names is over. */
	async take<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
		const before = names.map((name) => this.#last.get(name));
		const running = Promise.all(before).then(work);
		const over = running.then(
			() => undefined,
			() => undefined,
		);
		for (const name of names) this.#last.set(name, over);
		try {
			return await running;
		} finally {
			for (const name of names) if (this.#last.get(name) === over) this.#last.delete(name);
		}
	}
}
