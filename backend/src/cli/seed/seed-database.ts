import { availableParallelism } from "node:os";
import { SavepointError } from "../../errors.js";
import type { Log } from "../../log.js";
import type { SqliteConfig } from "../../storage/config.js";
import { engineOf, openStorage, type Storage } from "../../storage/open.js";
import type { SeededSession } from "./seed-thread.js";
import { makeGames } from "./seed-threads.js";

export interface SeedOptions {
	readonly config: SqliteConfig;
	readonly sessions: number;
	readonly active: number;
	readonly seed: number;
	/** Also into a database that has sessions. */
	readonly add: boolean;
	/** Aborted: what was begun is stored whole, and no more. */
	readonly signal: AbortSignal;
	readonly log: Log;
	readonly onProgress: (done: number) => void;
}

export interface SeedReport {
	readonly database: string;
	readonly sessions: number;
	readonly active: number;
	readonly moves: number;
	readonly seed: number;
	readonly tookMs: number;
	readonly interrupted: boolean;
}

const THREADS_MAX = 8;

/**
 * Fills a database with synthetic games, as the server would have stored them by now: through its
 * opening, its commit queue and its counters. Each transaction leaves whole sessions and exact
 * counters, so a kill at any time leaves a healthy database with fewer of them.
 *
 * @throws USAGE where there are sessions already and `add` is not set; STORAGE_LOCKED beside a
 * server; and as the server's start does.
 */
export async function seedDatabase(options: SeedOptions): Promise<SeedReport> {
	const startedAtMs = performance.now();
	if (!options.add) await demandNoSessions(options.config);
	// Time stands still meanwhile: the newest games are as young when the last one is stored.
	const nowMs = Date.now();
	let lost: SavepointError | null = null;
	const storage = await openStorage({
		config: options.config,
		log: options.log,
		now: () => nowMs,
		what: "seed",
		onLost: (code, reason) => {
			lost = new SavepointError(code, reason);
		},
	});
	try {
		const stored = await storeGames(storage, options, nowMs);
		await storage.commits.drain();
		return {
			...stored,
			database: options.config.path,
			seed: options.seed,
			tookMs: Math.round(performance.now() - startedAtMs),
			interrupted: options.signal.aborted,
		};
	} catch (error) {
		// Waiters only hear that the outcome is not known; the storage knows why.
		throw lost ?? error;
	} finally {
		await storage.close();
	}
}

/** Only what is known for sure is refused here; everything else is for the opening to tell. */
async function demandNoSessions(config: SqliteConfig): Promise<void> {
	const found = await countSessions(config);
	if (found === 0) return;
	throw new SavepointError(
		"USAGE",
		`${config.path} has ${found} sessions. Name another database with --db, or add to this one with --add.`,
	);
}

async function countSessions(config: SqliteConfig): Promise<number> {
	try {
		const { counters, storage } = await engineOf(config).readStatistics();
		return storage.kind === "file" && storage.lock.held ? 0 : counters.started;
	} catch (error) {
		if (error instanceof SavepointError) return 0;
		throw error;
	}
}

async function storeGames(
	storage: Storage,
	{ sessions, active, seed, signal, onProgress }: SeedOptions,
	nowMs: number,
): Promise<Pick<SeedReport, "sessions" | "active" | "moves">> {
	const plan = {
		seed,
		firstKey: storage.sessions.nextKey(),
		sessions,
		active,
		nowMs,
		downtimeMs: storage.commits.downtimeMsAt(nowMs),
	};
	const threadCount = Math.min(availableParallelism(), THREADS_MAX);
	const sum = { sessions: 0, active: 0, moves: 0 };
	let storing: Promise<void> = Promise.resolve();
	for await (const chunk of makeGames(plan, threadCount)) {
		// The next chunk is handed over while the last one is being synced, and no more than that.
		const before = storing;
		storing = storeChunk(storage, chunk);
		await before;
		for (const { moves, changes } of chunk) {
			sum.moves += moves;
			if (changes.at(-1)?.kind !== "ended") sum.active += 1;
		}
		sum.sessions += chunk.length;
		onProgress(sum.sessions);
		if (signal.aborted) break;
	}
	await storing;
	return sum;
}

/** Resolves when all of it is synced. */
function storeChunk({ commits }: Storage, chunk: readonly SeededSession[]): Promise<void> {
	return new Promise((resolve, reject) => {
		const refusal = commits.refusal();
		if (refusal !== null) return reject(refusal);
		let left = chunk.length;
		const committed = (): void => {
			left -= 1;
			if (left === 0) resolve();
		};
		for (const { key, values, changes } of chunk) {
			const quiet = { committed: () => undefined, failed: reject };
			const batch = commits.begin();
			for (const value of values) batch.push(value);
			for (const [at, change] of changes.entries()) {
				if (at > 0) commits.begin();
				const isLast = at === changes.length - 1;
				commits.finish(key, change, isLast ? { committed, failed: reject } : quiet);
			}
		}
	});
}
