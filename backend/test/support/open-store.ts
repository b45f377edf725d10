import type { MovesAnswer, MovesPage, NormalMove, Session } from "@savepoint/core";
import type { SavepointError } from "#src/errors.js";
import type { AnswerSink, ServiceCounts, SingleAnswer, SingleBody } from "#src/game/answers.js";
import { SessionStore } from "#src/game/session-store.js";
import { newId } from "#src/ids.js";
import type { SqlDriver } from "#src/storage/driver.js";
import type { Storage } from "#src/storage/open.js";
import type { SessionRepository } from "#src/storage/ports.js";
import { type OpenOptions, silentLog, type TestDriver } from "./drivers.js";
import { FaultyDriver } from "./scripted-driver.js";

/**
 * 22 November 2026, 10:00 UTC: a clock of the test's own, so that time passes only when it says so.
 */
export const START_MS = Date.UTC(2026, 10, 22, 10);

/** What a call was answered. */
export type Answered<T> =
	| { readonly ok: true; readonly answer: T; readonly replayed: boolean }
	| { readonly ok: false; readonly code: string };

const asPromise = <T>(call: (sink: AnswerSink<T>) => void): Promise<Answered<T>> =>
	new Promise((resolve) => {
		call({
			send: (answer, replayed) => resolve({ ok: true, answer, replayed }),
			fail: (error: SavepointError) => resolve({ ok: false, code: error.code }),
		});
	});

export interface StoreOptions extends OpenOptions {
	readonly cachedSessionsMax?: number;
	/** Where the clock stands at first. */
	readonly nowMs?: number;
	/** Puts something between the store and its repository. */
	readonly wrapRepository?: (repository: SessionRepository) => SessionRepository;
}

/** A session store on a real storage, its calls as promises, its clock in the test's hand. */
export class OpenStore {
	readonly store: SessionStore;
	readonly storage: Storage;
	readonly place: string;
	readonly faults: FaultyDriver;
	readonly #clock: { nowMs: number };
	#seed = 1;

	private constructor(
		parts: { storage: Storage; place: string; faults: FaultyDriver; clock: { nowMs: number } },
		options: StoreOptions,
	) {
		this.storage = parts.storage;
		this.place = parts.place;
		this.faults = parts.faults;
		this.#clock = parts.clock;
		this.store = new SessionStore({
			repository: options.wrapRepository?.(this.storage.sessions) ?? this.storage.sessions,
			commits: this.storage.commits,
			log: options.log ?? silentLog,
			now: () => this.#clock.nowMs,
			readCounters: this.storage.readCounters,
			newId,
			newSeed: () => this.#seed++,
			localDay: (timeMs) => Number(new Date(timeMs).toISOString().slice(0, 10).replaceAll("-", "")),
			...(options.cachedSessionsMax !== undefined && {
				cachedSessionsMax: options.cachedSessionsMax,
			}),
		});
	}

	static async open(
		kit: TestDriver,
		place = kit.makePlace(),
		options: StoreOptions = {},
	): Promise<OpenStore> {
		const clock = { nowMs: options.nowMs ?? START_MS };
		let faults: FaultyDriver | null = null;
		const wrap = (driver: SqlDriver): SqlDriver => {
			faults = new FaultyDriver(driver);
			return faults;
		};
		const storage = await kit.openStorage(place, { ...options, now: () => clock.nowMs, wrap });
		if (faults === null) throw new Error("the driver was not wrapped");
		return new OpenStore({ storage, place, faults, clock }, options);
	}

	get nowMs(): number {
		return this.#clock.nowMs;
	}

	/** The clock jumps, as it does for a process that was frozen. */
	jump(ms: number): void {
		this.#clock.nowMs += ms;
	}

	/**
	 * Time in which the server is alive: heartbeats are stored all along, on moves of a session that
	 * exists for this only.
	 */
	async live(ms: number): Promise<void> {
		const metronome = await this.create(600);
		for (let left = ms; left > 0; left -= 400) {
			this.jump(Math.min(400, left));
			await this.play(metronome.sessionId, [
				move(`tick${left}`, { type: "deposit", artifactId: "-" }),
			]);
		}
		await this.single(metronome.sessionId, { type: "end", claim: null });
	}

	async create(durationSeconds = 60): Promise<Session> {
		const made = await this.tryCreate(durationSeconds, null);
		if (!made.ok) throw new Error(`no session: ${made.code}`);
		return made.answer;
	}
	tryCreate(durationSeconds: number, key: string | null): Promise<Answered<Session>> {
		return asPromise((sink) => this.store.create({ durationSeconds, key }, sink));
	}
	single(id: string, body: SingleBody, key: string | null = null): Promise<Answered<SingleAnswer>> {
		return asPromise((sink) => this.store.single(id, { body, key }, sink));
	}
	play(id: string, moves: readonly NormalMove[]): Promise<Answered<MovesAnswer>> {
		return asPromise((sink) => this.store.play(id, moves, sink));
	}
	tryView(id: string): Promise<Answered<Session>> {
		return asPromise((sink) => this.store.view(id, sink));
	}
	async view(id: string): Promise<Session> {
		const seen = await this.tryView(id);
		if (!seen.ok) throw new Error(`no view: ${seen.code}`);
		return seen.answer;
	}
	log(id: string, after = 0, limit = 1_000): Promise<MovesPage> {
		return this.store.log(id, after, limit);
	}
	counts(): Promise<ServiceCounts> {
		return this.store.counts();
	}
	/** Resolves when the session has ended and that is stored. */
	ended(id: string): Promise<void> {
		return new Promise((resolve) => {
			const stop = this.store.watch(id, (change) => {
				if (!change.ended) return;
				stop();
				resolve();
			});
		});
	}

	async close(): Promise<void> {
		await this.store.close();
		await this.storage.close();
	}

	/** Closed and opened again on the same place; the clock goes on where it stood. */
	async reopen(kit: TestDriver, options: StoreOptions = {}): Promise<OpenStore> {
		await this.close();
		return OpenStore.open(kit, this.place, { nowMs: this.nowMs, ...options });
	}
}

type MoveBody = NormalMove["body"];
type BodyOf<T extends MoveBody["type"]> = Extract<MoveBody, { type: T }>;
export const move = (id: string, body: MoveBody, atMs: number | null = null): NormalMove => ({
	id,
	atMs,
	body,
});
export const spawn = (artifactId: string, x = 100, y = 200): BodyOf<"spawn"> => ({
	type: "spawn",
	artifactId,
	xFixed: x * 1000,
	yFixed: y * 1000,
});
export const status = (
	artifactId: string,
	to: BodyOf<"artifact-status">["status"],
): BodyOf<"artifact-status"> => ({
	type: "artifact-status",
	artifactId,
	status: to,
	position: null,
});
export const lay = (artifactId: string): BodyOf<"artifact-status"> => status(artifactId, "ground");
export const deposit = (artifactId: string): BodyOf<"deposit"> => ({ type: "deposit", artifactId });
export const end = (claim: "won" | "lost" | null): BodyOf<"end"> => ({ type: "end", claim });
/** A spawn by single call: the server names the artifact. */
export const SPAWN = {
	type: "spawn",
	artifactId: null,
	xFixed: 10_000,
	yFixed: 20_500,
} as const;
export const answerOf = <T>(answered: Answered<T>): T => {
	if (!answered.ok) throw new Error(`failed with ${answered.code}`);
	return answered.answer;
};
/** Waits until the queue's own probe has found that writes are taken again. */
export async function heal(open: OpenStore): Promise<void> {
	while (open.storage.commits.refusal() !== null) {
		// A probe comes some time after the last one.
		open.jump(10);
		await new Promise((resolve) => setImmediate(resolve));
	}
}
/** A store for the length of a test: closed also after a failure. */
export const withStore =
	(kit: TestDriver, run: (open: OpenStore) => Promise<void>, options: StoreOptions = {}) =>
	async (): Promise<void> => {
		const open = await OpenStore.open(kit, kit.makePlace(), options);
		try {
			await run(open);
		} finally {
			await open.close();
		}
	};
