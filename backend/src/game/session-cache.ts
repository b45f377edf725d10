import type { KeyedEntry, SessionRecord } from "../storage/ports.js";
import type { SessionChange } from "./answers.js";

/** A session in memory: what is stored, and on top of it what is on its way to the disk. */
export interface LiveSession {
	readonly record: SessionRecord;
	readonly keyed: Map<string, KeyedEntry>;
	/** Changes whose sync is not over. While there are any, memory is ahead of the disk. */
	pending: number;
	/** Its removal is on its way to the disk: until its outcome is known, nobody may change it. */
	leaving?: true;
}

type Listener = (change: SessionChange) => void;

/**
 * The bounded cache of live sessions, least recently used first, and who watches them. A session
 * with pending changes is never dropped; one whose change failed is forgotten at once, so that the
 * next call reads what is really stored.
 */
export class SessionCache {
	readonly #sessions = new Map<string, LiveSession>();
	readonly #loading = new Map<string, Promise<LiveSession | null>>();
	readonly #watchers = new Map<string, Set<Listener>>();
	readonly #capacity: number;
	/**
	 * Called for a session that is ahead of its snapshot and would be dropped; false: it will not be
	 * written.
	 */
	readonly #beforeDrop: (live: LiveSession) => boolean;

	constructor(capacity: number, beforeDrop: (live: LiveSession) => boolean) {
		this.#capacity = capacity;
		this.#beforeDrop = beforeDrop;
	}

	get(id: string): LiveSession | undefined {
		const live = this.#sessions.get(id);
		if (live !== undefined && this.#sessions.size > this.#capacity / 2) {
			// Only a cache that fills up needs an order.
			this.#sessions.delete(id);
			this.#sessions.set(id, live);
		}
		return live;
	}

	/** The one that counts: a session that is there already may be ahead of the disk, and stays. */
	put(live: LiveSession): LiveSession {
		const present = this.#sessions.get(live.record.id);
		if (present !== undefined) return present;
		this.#sessions.set(live.record.id, live);
		this.#makeRoom(live);
		return live;
	}

	/** Memory goes back to what is stored. */
	forget(live: LiveSession): void {
		if (this.#sessions.get(live.record.id) === live) this.#sessions.delete(live.record.id);
	}

	/** One load a session, however many ask at once. */
	load(id: string, read: () => Promise<LiveSession | null>): Promise<LiveSession | null> {
		const running = this.#loading.get(id);
		if (running !== undefined) return running;
		const loading = read()
			.then((live) => (live === null ? null : this.put(live)))
			.finally(() => this.#loading.delete(id));
		this.#loading.set(id, loading);
		return loading;
	}

	/** Sessions whose snapshot is behind their log. */
	*dirty(): Iterable<LiveSession> {
		for (const live of this.#sessions.values()) if (isDirty(live)) yield live;
	}

	watch(id: string, listener: Listener): () => void {
		const listeners = this.#watchers.get(id) ?? new Set();
		this.#watchers.set(id, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0 && this.#watchers.get(id) === listeners) this.#watchers.delete(id);
		};
	}

	isLive(id: string): boolean {
		return this.#sessions.has(id);
	}

	watcherCount(id: string): number {
		return this.#watchers.get(id)?.size ?? 0;
	}

	isWatched(id: string): boolean {
		return this.#watchers.has(id);
	}

	notify(id: string, change: SessionChange): void {
		for (const listener of this.#watchers.get(id) ?? []) listener(change);
	}

	/**
	 * Whoever asked for the newcomer is about to use it: dropped now, the session would be loaded
	 * twice.
	 */
	#makeRoom(newcomer: LiveSession): void {
		let surplus = this.#sessions.size - this.#capacity;
		if (surplus <= 0) return;
		for (const live of this.#sessions.values()) {
			if (surplus <= 0) return;
			if (live.pending > 0 || live === newcomer) continue;
			surplus -= 1;
			// One whose snapshot is being written goes when it is; without it the log alone tells the
			// session.
			if (isDirty(live) && this.#beforeDrop(live)) continue;
			this.#sessions.delete(live.record.id);
		}
	}
}

const isDirty = ({ record }: LiveSession): boolean =>
	record.seq > record.snapshotSeq && record.state.result === null;
