import { Backoff, LIVE_BACKOFF } from "./backoff.js";
import {
	type CloseReason,
	type Hello,
	LiveConnection,
	type LiveHandlers,
	type LivePush,
} from "./live-transport.js";
import type { Clock, SocketConstructor } from "./types.js";

export interface LiveLinkOptions {
	readonly url: string;
	/** null: there are no WebSockets here, and the link is never up. */
	readonly WebSocket: SocketConstructor | null;
	readonly clock: Clock;
	readonly random: () => number;
	readonly handlers: LiveHandlers;
}

/** Keeps one live connection up, with a back-off of its own, until it is stopped. */
export class LiveLink {
	readonly #options: LiveLinkOptions;
	readonly #backoff: Backoff;
	#connection: LiveConnection | null = null;
	#isOpen = false;
	#running = false;
	#cancelRetry: (() => void) | null = null;
	/** Whoever waits for the connection that is being made. */
	#waiters: (() => void)[] = [];

	constructor(options: LiveLinkOptions) {
		this.#options = options;
		this.#backoff = new Backoff(LIVE_BACKOFF, options.random);
	}

	start(): void {
		this.#running = true;
		this.#connect();
	}

	/** Closes the connection and makes no other. */
	stop(): void {
		this.#running = false;
		this.#cancelRetry?.();
		this.#cancelRetry = null;
		this.#connection?.close();
	}

	/** HTTP came through again: no need to sit the back-off out. */
	retryNow(): void {
		if (this.#cancelRetry === null) return;
		this.#cancelRetry();
		this.#connect();
	}

	/** An answer came over it: the connection is good, not only open. */
	proven(): void {
		this.#backoff.reset();
	}

	/** The open connection; waits for one that is being made, not for one that failed. */
	async current(): Promise<LiveConnection | null> {
		if (this.#connection !== null && !this.#isOpen)
			await new Promise<void>((resolve) => this.#waiters.push(resolve));
		return this.#isOpen ? this.#connection : null;
	}

	#connect(): void {
		this.#cancelRetry = null;
		const { url, WebSocket, clock } = this.#options;
		if (!this.#running || this.#connection !== null || WebSocket === null) return;
		try {
			this.#connection = new LiveConnection(url, WebSocket, clock, {
				onOpen: (hello) => this.#opened(hello),
				onPush: (message: LivePush) => this.#options.handlers.onPush(message),
				onClosed: (reason) => this.#closed(reason),
			});
		} catch {
			// Some browsers throw where a policy of the page forbids the connection.
			this.#closed({ kind: "gone" });
		}
	}

	#opened(hello: Hello): void {
		this.#isOpen = true;
		this.#release();
		this.#options.handlers.onOpen(hello);
	}

	#closed(reason: CloseReason): void {
		this.#connection = null;
		this.#isOpen = false;
		this.#release();
		if (this.#running && reason.kind !== "final") {
			const retryAfterMs = reason.kind === "retry" ? reason.retryAfterMs : null;
			const retryInMs = this.#backoff.nextMs(retryAfterMs);
			this.#cancelRetry = this.#options.clock.after(retryInMs, () => this.#connect());
		}
		this.#options.handlers.onClosed(reason);
	}

	#release(): void {
		const waiters = this.#waiters;
		this.#waiters = [];
		for (const resolve of waiters) resolve();
	}
}
