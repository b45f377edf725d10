import { stateHash } from "@savepoint/core";
import { FOREIGN_CHANGES_BATCH, FOREIGN_CHANGES_MS } from "../limits.js";
import type { Log } from "../log.js";
import type { SessionRepository } from "../storage/ports.js";
import type { LiveSession, SessionCache } from "./session-cache.js";

export interface ForeignChangesDeps {
	readonly cache: SessionCache;
	readonly repository: Pick<SessionRepository, "heads">;
	readonly load: (id: string) => Promise<LiveSession | null>;
	readonly log: Log;
}

/**
 * Where several servers share the sessions: tells those who watch one here what was done to it on
 * another server. It asks for the heads of the watched logs some times a second, which needs no
 * channel between the servers and nothing in the transaction of a move.
 */
export class ForeignChanges {
	readonly #deps: ForeignChangesDeps;
	#timer: NodeJS.Timeout | null = null;
	#running: Promise<void> | null = null;
	#stopped = false;

	constructor(deps: ForeignChangesDeps) {
		this.#deps = deps;
	}

	start(): void {
		this.#timer = setTimeout(() => this.#tick(), FOREIGN_CHANGES_MS);
		this.#timer.unref();
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#running;
	}

	#tick(): void {
		this.#running = this.look()
			.catch((error: unknown) =>
				this.#deps.log.debug({ err: error }, "what others changed is looked at again later"),
			)
			.finally(() => {
				this.#running = null;
				if (!this.#stopped) this.start();
			});
	}

	/** One look at all that is watched. */
	async look(): Promise<void> {
		const ids = [...this.#deps.cache.watchedIds()];
		for (let at = 0; at < ids.length; at += FOREIGN_CHANGES_BATCH)
			await this.#lookAt(ids.slice(at, at + FOREIGN_CHANGES_BATCH));
	}

	async #lookAt(ids: readonly string[]): Promise<void> {
		const { cache, repository, load } = this.#deps;
		const loaded = await Promise.all(ids.map((id) => cache.get(id) ?? load(id)));
		const lives = loaded.filter((live) => live !== null);
		const heads = await repository.heads(lives.map(({ record }) => record.key));
		for (const live of lives) {
			const head = heads.get(live.record.key);
			// What we are storing ourselves is told when it is stored.
			if (live.pending > 0 || head === undefined) continue;
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
