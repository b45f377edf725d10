import { Worker } from "node:worker_threads";
import type { SeededSession, SeedRange } from "./seed-thread.js";
import type { SeedPlan } from "./synthetic-game.js";

/** Games in a chunk: one message, and about one transaction. */
const CHUNK_SESSIONS = 250;
/** One that is being made and one that waits to be fetched, so that no thread stands still. */
const AHEAD_CHUNKS = 2;

/**
 * The games of a plan in the order of their keys, a chunk at a time, made by `threadCount` threads
 * just ahead of whoever stores them: memory holds a few chunks, however many games there are.
 * Leaving the loop early ends the threads.
 */
export async function* makeGames(
	plan: SeedPlan,
	threadCount: number,
): AsyncGenerator<SeededSession[]> {
	const threads = Array.from({ length: threadCount }, () => new SeedThread(plan));
	const pending: Promise<SeededSession[]>[] = [];
	let asked = 0;
	const askNext = (): void => {
		const from = asked * CHUNK_SESSIONS;
		if (from >= plan.sessions) return;
		const range = { from, to: Math.min(from + CHUNK_SESSIONS, plan.sessions) };
		const made = (threads[asked % threadCount] as SeedThread).make(range);
		// Whoever waits for it hears of a failure; a chunk that nobody waits for any more must not.
		made.catch(() => undefined);
		pending.push(made);
		asked += 1;
	};
	try {
		for (let at = 0; at < threadCount * AHEAD_CHUNKS; at += 1) askNext();
		for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
			const made = await next;
			askNext();
			yield made;
		}
	} finally {
		await Promise.all(threads.map((thread) => thread.end()));
	}
}

/** One thread; it answers in order. */
class SeedThread {
	readonly #worker: Worker;
	readonly #waiting: {
		readonly resolve: (made: SeededSession[]) => void;
		readonly reject: (error: Error) => void;
	}[] = [];

	constructor(plan: SeedPlan) {
		this.#worker = new Worker(new URL("./seed-thread.js", import.meta.url), { workerData: plan });
		this.#worker.on("message", (made: SeededSession[]) => this.#waiting.shift()?.resolve(made));
		const fail = (error: Error): void => {
			for (const { reject } of this.#waiting.splice(0)) reject(error);
		};
		this.#worker.on("error", fail);
		this.#worker.on("exit", () => fail(new Error("a thread that makes games has stopped")));
	}

	make(range: SeedRange): Promise<SeededSession[]> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ resolve, reject });
			this.#worker.postMessage(range);
		});
	}

	async end(): Promise<void> {
		await this.#worker.terminate();
	}
}
