import type { ErrorCode, MovesAnswer } from "@savepoint/core";
import { Backoff, CALL_BACKOFF, sleep } from "./backoff.js";
import { NO_ANSWER } from "./errors.js";
import type { HttpTransport } from "./http-transport.js";
import { LiveLink } from "./live-link.js";
import type { CloseReason, Hello, LivePush } from "./live-transport.js";
import { answersBatch, type Batch, type MoveQueue } from "./move-queue.js";
import type {
	Clock,
	FinalFailure,
	MovesOutcome,
	RetryFailure,
	SocketConstructor,
} from "./types.js";

export interface DeliveryHooks {
	answered(batch: Batch, answer: MovesAnswer): void;
	resending(moves: number): void;
	away(retryInMs: number, code: ErrorCode | null): void;
	back(): void;
	lost(failure: FinalFailure): void;
	greeted(hello: Hello): void;
	pushed(message: LivePush): void;
}

export interface DeliveryOptions {
	readonly sessionId: string;
	readonly liveUrl: string;
	readonly queue: MoveQueue;
	readonly http: HttpTransport;
	readonly WebSocket: SocketConstructor | null;
	readonly clock: Clock;
	readonly random: () => number;
	readonly hooks: DeliveryHooks;
}

/**
 * Takes batches from the queue to the server until it is stopped: one at a time, over the live
 * connection while there is one and over HTTP while there is none. A batch leaves the queue only
 * with its receipts; after anything else the next batch starts at the same move again.
 */
export class Delivery {
	readonly #options: DeliveryOptions;
	readonly #link: LiveLink;
	readonly #backoff: Backoff;
	#stopped = false;
	#away = false;
	#wake: (() => void) | null = null;
	#pause: AbortController | null = null;

	constructor(options: DeliveryOptions) {
		this.#options = options;
		this.#backoff = new Backoff(CALL_BACKOFF, options.random);
		this.#link = new LiveLink({
			url: options.liveUrl,
			WebSocket: options.WebSocket,
			clock: options.clock,
			random: options.random,
			handlers: {
				onOpen: (hello) => this.#linkOpened(hello),
				onPush: (message) => options.hooks.pushed(message),
				onClosed: (reason) => this.#linkClosed(reason),
			},
		});
	}

	get isAway(): boolean {
		return this.#away;
	}

	start(): void {
		this.#link.start();
		void this.#run();
	}

	/** There may be something to send. */
	wake(): void {
		this.#wake?.();
	}

	/** The session is over: what is left still goes out, but no live connection is kept for it. */
	hangUp(): void {
		this.#link.stop();
	}

	/** Nothing more is sent, and an answer that still comes is not taken in. */
	stop(): void {
		this.#stopped = true;
		this.#link.stop();
		this.#pause?.abort();
		this.wake();
	}

	async #run(): Promise<void> {
		while (!this.#stopped) {
			const batch = this.#options.queue.nextBatch();
			if (batch === null) await this.#woken();
			else await this.#deliver(batch);
		}
	}

	#woken(): Promise<void> {
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}

	async #deliver(batch: Batch): Promise<void> {
		const { hooks } = this.#options;
		if (batch.resent > 0) hooks.resending(batch.resent);
		const outcome = await this.#send(batch);
		if (this.#stopped) return;
		switch (outcome.kind) {
			case "answer":
				return this.#accept(batch, outcome.answer);
			case "final":
				return this.#lose(outcome);
			case "retry":
				return this.#waitOut(outcome);
		}
	}

	/** Live first; a live connection that breaks without a word leaves the question to HTTP. */
	async #send(batch: Batch): Promise<MovesOutcome> {
		const connection = await this.#link.current();
		if (connection !== null) {
			const outcome = await connection.send(batch.movesJson);
			if (outcome.kind === "answer") this.#link.proven();
			if (outcome.kind !== "gone") return answersBatch(batch, outcome);
			if (this.#stopped) return NO_ANSWER;
			this.#options.hooks.resending(batch.moves.length);
		}
		const { http, sessionId } = this.#options;
		return answersBatch(batch, await http.sendMoves(sessionId, batch.movesJson));
	}

	#accept(batch: Batch, answer: MovesAnswer): void {
		const { queue, hooks } = this.#options;
		queue.acknowledge(batch, answer.receipts);
		this.#backoff.reset();
		if (this.#away) {
			this.#away = false;
			this.#link.retryNow();
			hooks.back();
		}
		hooks.answered(batch, answer);
	}

	async #waitOut(failure: RetryFailure): Promise<void> {
		const { clock, hooks } = this.#options;
		const retryInMs = this.#backoff.nextMs(failure.retryAfterMs);
		this.#away = true;
		hooks.away(retryInMs, failure.code);
		this.#pause = new AbortController();
		await sleep(clock, retryInMs, this.#pause.signal);
		this.#pause = null;
	}

	#lose(failure: FinalFailure): void {
		this.stop();
		this.#options.hooks.lost(failure);
	}

	/** The server is there again: no need to sit the pause out. */
	#linkOpened(hello: Hello): void {
		if (this.#stopped) return;
		this.#options.hooks.greeted(hello);
		this.#pause?.abort();
	}

	#linkClosed(reason: CloseReason): void {
		if (!this.#stopped && reason.kind === "final") this.#lose(reason);
	}
}
