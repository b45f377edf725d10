import { stateHash } from "@savepoint/core";
import { FOREIGN_CHANGES_BATCH, FOREIGN_CHANGES_MS } from "../limits.js";
import type { Log } from "../log.js";
import type { SessionRepository } from "../storage/ports.js";
import { Recurring } from "./recurring.js";
import type { LiveSession, SessionCache } from "./session-cache.js";

export interface ForeignChangesDeps {
	readonly cache: SessionCache;
	readonly repository: Pick<SessionRepository, "heads">;
	readonly load: (id: string) => Promise<LiveSession | null>;
	/** It was removed elsewhere: who watches it here must hear of it. */
	readonly onGone: (id: string) => void;
	readonly log: Log;
}

/**
 * Where several servers share the sessions: tells those who watch one here what was done to it on
 * another server. It asks for the heads of the watched logs some times a second, which needs no
 * channel between the servers and nothing in the transaction of a move.
 */
export class ForeignChanges {
	readonly #deps: ForeignChangesDeps;
	readonly #turns: Recurring;

	constructor(deps: ForeignChangesDeps) {
		this.#deps = deps;
		this.#turns = new Recurring(
			FOREIGN_CHANGES_MS,
			() => this.look(),
			(error) => deps.log.debug({ err: error }, "what others changed is looked at again later"),
		);
	}

	start(): void {
		this.#turns.start();
	}

	stop(): Promise<void> {
		return this.#turns.stop();
	}

	/** One look at all that is watched. */
	async look(): Promise<void> {
		const ids = [...this.#deps.cache.watchedIds()];
		for (let at = 0; at < ids.length; at += FOREIGN_CHANGES_BATCH)
			await this.#lookAt(ids.slice(at, at + FOREIGN_CHANGES_BATCH));
	}

	async #lookAt(ids: readonly string[]): Promise<void> {
		const { cache, repository, load, onGone } = this.#deps;
		const loaded = await Promise.all(ids.map((id) => cache.get(id) ?? load(id)));
		for (const [at, id] of ids.entries()) if (loaded[at] === null) onGone(id);
		const lives = loaded.filter((live) => live !== null);
		const heads = await repository.heads(lives.map(({ record }) => record.key));
		for (const live of lives) {
			const head = heads.get(live.record.key);
			// What we are storing ourselves is told when it is stored.
			if (live.pending > 0) continue;
			if (head === undefined) {
				onGone(live.record.id);
				continue;
			}
			if (head > live.record.seq) cache.forget(live);
			else if (head <= cache.toldSeq(live)) continue;
			const now = cache.get(live.record.id) ?? (await load(live.record.id));
			if (now === null || now.pending > 0) continue;
			const { record } = now;
			const ended = record.state.result !== null;
			const hash = stateHash(record.state);
			cache.notify(record.id, { seq: record.seq, stateHash: hash, ended, origin: null });
		}
	}
}
