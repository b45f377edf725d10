import type { Chance } from "./chance.js";

const PER_NAME_MAX = 64;

/**
 * Ids that the server gave out, by the name of their field. With them a fuzzer gets behind the
 * first check, also of a call that it was never told of.
 */
export class KnownIds {
	readonly #byName = new Map<string, string[]>();
	#next = 0;

	/** Keeps every text of an answer whose field is called `id` or `…Id`. */
	learn(value: unknown): void {
		if (typeof value !== "object" || value === null) return;
		for (const [name, field] of Object.entries(value)) {
			if (typeof field === "string" && /(^i|I)d$/.test(name)) this.#keep(name, field);
			else this.learn(field);
		}
	}

	/** One that fits the name, mostly; undefined when none is known. */
	pick(name: string, chance: Chance): string | undefined {
		const named = this.#byName.get(name);
		const sessions = this.#byName.get("sessionId");
		const all = [...this.#byName.values()].flat();
		// `:id` in a path is a session's; `artifactId` in a body is some artifact's `id`.
		const fitting = name === "path.id" ? sessions : (named ?? this.#byName.get("id"));
		const from = fitting !== undefined && chance.percent(90) ? fitting : all;
		return from.length === 0 ? undefined : chance.pick(from);
	}

	#keep(name: string, id: string): void {
		const ids = this.#byName.get(name) ?? [];
		if (ids.includes(id)) return;
		if (ids.length < PER_NAME_MAX) ids.push(id);
		else ids[this.#next++ % PER_NAME_MAX] = id;
		this.#byName.set(name, ids);
	}
}
