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

/** How much the cache holds; what is over it goes, the longest unused first. */
export interface CacheBounds {
	readonly sessions: number;
	/** Moves that are remembered by their ids, over all sessions. */
	readonly moves: number;
}

/** Room is made a little at a time, not for each move. */
const ROOM_SHARE = 0.05;

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
	/** The last change that the watchers of a session were told of. */
	readonly #told = new Map<string, number>();
	readonly #bounds: CacheBounds;
	#moves = 0;
	/** Where room is made next: a little higher while nothing can be dropped. */
	#movesMax: number;
	/**
	 * Called for a session that is ahead of its snapshot and would be dropped; false: it will not be
	 * written.
	 */
	readonly #beforeDrop: (live: LiveSession) => boolean;

	constructor(bounds: CacheBounds, beforeDrop: (live: LiveSession) => boolean) {
		this.#bounds = bounds;
		this.#movesMax = bounds.moves;
		this.#beforeDrop = beforeDrop;
	}

	get(id: string): LiveSession | undefined {
		const live = this.#sessions.get(id);
		const { sessions, moves } = this.#bounds;
		if (live !== undefined && (this.#sessions.size > sessions / 2 || this.#moves > moves / 2)) {
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
		this.#moves += live.keyed.size;
		this.#makeRoom(live);
		return live;
	}

	/** A move of the session is remembered from now on. */
	remember(live: LiveSession, moveId: string, entry: KeyedEntry): void {
		const isNew = !live.keyed.has(moveId);
		live.keyed.set(moveId, entry);
		if (isNew && this.#sessions.get(live.record.id) === live) this.#moves += 1;
	}

	/** To be called while no change is open: making room may write snapshots. */
	trim(inUse: LiveSession): void {
		if (this.#moves > this.#movesMax) this.#makeRoom(inUse);
	}

	/** Memory goes back to what is stored. */
	forget(live: LiveSession): void {
		if (this.#sessions.get(live.record.id) === live) this.#drop(live);
	}

	/** Sessions in memory, and what is remembered of their moves. */
	get size(): CacheBounds {
		return { sessions: this.#sessions.size, moves: this.#moves };
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
			if (listeners.size > 0 || this.#watchers.get(id) !== listeners) return;
			this.#watchers.delete(id);
			this.#told.delete(id);
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

	watchedIds(): Iterable<string> {
		return this.#watchers.keys();
	}

	/** Up to where the watchers know the session; who has just begun to watch has read it himself. */
	toldSeq({ record }: LiveSession): number {
		const told = this.#told.get(record.id);
		if (told !== undefined) return told;
		this.#told.set(record.id, record.seq);
		return record.seq;
	}

	notify(id: string, change: SessionChange): void {
		if (this.#watchers.has(id)) this.#told.set(id, change.seq);
		for (const listener of this.#watchers.get(id) ?? []) listener(change);
	}

	/**
	 * Whoever asked for the newcomer is about to use it: dropped now, the session would be loaded
	 * twice.
	 */
	#makeRoom(newcomer: LiveSession): void {
		let sessions = this.#sessions.size - this.#bounds.sessions;
		let moves = this.#moves - this.#bounds.moves;
		const wanted = this.#bounds.moves * ROOM_SHARE;
		if (moves > 0) moves += wanted;
		for (const live of this.#sessions.values()) {
			if (sessions <= 0 && moves <= 0) break;
			if (live.pending > 0 || live === newcomer) continue;
			// Few moves make no room where it is the moves that are too many.
			if (sessions <= 0 && live.keyed.size === 0) continue;
			sessions -= 1;
			moves -= live.keyed.size;
			// One whose snapshot is being written goes when it is; without it the log alone tells the
			// session.
			if (isDirty(live) && this.#beforeDrop(live)) continue;
			this.#drop(live);
		}
		this.#movesMax = Math.max(this.#bounds.moves, this.#moves + wanted);
	}

	#drop(live: LiveSession): void {
		this.#sessions.delete(live.record.id);
		this.#moves -= live.keyed.size;
	}
}

const isDirty = ({ record }: LiveSession): boolean =>
	record.seq > record.snapshotSeq && record.state.result === null;
