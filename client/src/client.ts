import type { ErrorCode, Move, MovesAnswer, Session } from "@savepoint/core";
import { Backoff, CALL_BACKOFF, untilAnswered } from "./backoff.js";
import { Delivery } from "./delivery.js";
import { ClientError } from "./errors.js";
import { Emitter } from "./events.js";
import { sessionPath } from "./http-transport.js";
import { type Batch, MoveQueue } from "./move-queue.js";
import { assertPlayable } from "./move-shape.js";
import { type OpenedSession, openSession, reopenSession } from "./opening.js";
import { QueueKeeper } from "./queue-keeper.js";
import { type Setup, setUp } from "./setup.js";
import type {
	ClientEvents,
	ClientOptions,
	PlayableMove,
	SaveState,
	StartOptions,
} from "./types.js";

/**
 * One session and the moves on their way to it.
 *
 * What survives: a move is in the storage before it is sent, and leaves it only after its receipt.
 * So after a reload, a crash of the page or of the server, `resume` sends every move that has no
 * receipt, in the order in which they were played; the server applies each one once, by its id.
 * Lost is only what was played in the very task in which the page died, or what the storage itself
 * loses.
 */
export class SavepointClient {
	readonly #setup: Setup;
	readonly #events = new Emitter<ClientEvents>();
	readonly #queue: MoveQueue;
	readonly #keeper: QueueKeeper;
	readonly #delivery: Delivery;
	readonly #closing = new AbortController();
	readonly #idPrefix: string;
	#movesPlayed = 0;
	#session: Session;
	#stopped: ClientError | null = null;
	#lost: ErrorCode | null = null;
	#over = false;
	#settledWaiters: { resolve: () => void; reject: (error: ClientError) => void }[] = [];

	/**
	 * Starts a session and gives back its client.
	 *
	 * Waits for a server that is away (see `onAway`, `signal`). The create carries a key that is
	 * kept in the storage: if its answer is lost, or the page, the next `start` gets the same
	 * session. Moves that an earlier session still has in the storage are delivered first. Rejects
	 * with a `ClientError` whose code is the server's final word.
	 */
	static async start(options: StartOptions): Promise<SavepointClient> {
		const setup = setUp(options);
		return new SavepointClient(setup, await openSession(setup, options.durationSeconds ?? null));
	}

	/**
	 * The session of a reload, active or ended, or null: nothing is stored, or the server does not
	 * know the session (what is stored then stays until the next `start`).
	 *
	 * First delivers the moves that were waiting, so that `session` is what the player last saw.
	 * Waits for a server that is away and rejects as `start` does.
	 */
	static async resume(options: ClientOptions): Promise<SavepointClient | null> {
		const setup = setUp(options);
		const opened = await reopenSession(setup);
		return opened === null ? null : new SavepointClient(setup, opened);
	}

	private constructor(setup: Setup, opened: OpenedSession) {
		this.#setup = setup;
		this.#session = opened.session;
		this.#queue = new MoveQueue([]);
		this.#over = opened.session.status === "ended";
		this.#idPrefix = setup.randomText(8);
		const { sessionId } = opened.session;
		this.#keeper = new QueueKeeper({
			storage: setup.storage,
			storageKey: setup.storageKey,
			sessionId,
			queue: this.#queue,
			onStored: () => this.#delivery.wake(),
			onFailure: (cause) => this.#events.emit("unprotected", { cause }),
		});
		this.#delivery = this.#createDelivery(sessionId);
		this.#delivery.start();
		if (this.#over) this.#delivery.hangUp();
	}

	#createDelivery(sessionId: string): Delivery {
		return new Delivery({
			sessionId,
			liveUrl: this.#setup.liveUrl(`${sessionPath(sessionId)}/live`),
			queue: this.#queue,
			http: this.#setup.http,
			WebSocket: this.#setup.WebSocket,
			clock: this.#setup.clock,
			random: this.#setup.random,
			hooks: {
				answered: (batch, answer) => this.#answered(batch, answer),
				resending: (moves) => this.#events.emit("resent", { moves }),
				away: (retryInMs, code) =>
					this.#events.emit("away", { retryInMs, code, pending: this.pending }),
				back: () => this.#events.emit("back", { pending: this.pending }),
				lost: (failure) => this.#lose(failure.code, failure.reason),
				greeted: (hello) => {
					this.#moved({ ...hello, ended: false });
					this.#events.emit("connected", { seq: hello.seq });
				},
				pushed: (push) => {
					if (push.type === "changed") this.#moved(push);
					else this.#events.emit("notice", { title: push.title, message: push.message });
				},
			},
		});
	}

	/**
	 * The session as last read from the server; `seq` and `stateHash` are those of the last answer.
	 */
	get session(): Session {
		return this.#session;
	}

	/** Moves without a receipt. */
	get pending(): number {
		return this.#queue.pending;
	}

	/**
	 * "Saved · move 41", "saving… 3 moves", "server is away": said from receipts, never from hope.
	 */
	get saveState(): SaveState {
		if (this.#lost !== null) return { state: "lost", code: this.#lost };
		if (this.#delivery.isAway) return { state: "away", pending: this.pending };
		if (this.pending > 0) return { state: "saving", pending: this.pending };
		return { state: "saved", seq: this.#session.seq };
	}

	/** Returns a function that removes the listener again. */
	on<Name extends keyof ClientEvents>(
		name: Name,
		listener: (event: ClientEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Queues a move and returns its id, at once. `atMs`: play time at which the player made it.
	 *
	 * Throws a RangeError for a move that no server would take, and a `ClientError` after `close` or
	 * `lost`. When 10,000 moves are waiting, a further one is refused here with `TOO_MANY_MOVES` and
	 * a receipt that says so, as the server would.
	 */
	play(move: PlayableMove, atMs?: number): string {
		if (this.#stopped !== null) throw this.#stopped;
		assertPlayable(move, atMs);
		this.#movesPlayed += 1;
		const id = `${this.#idPrefix}-${this.#movesPlayed.toString(36)}`;
		const numbered: Move = { ...move, id, ...(atMs === undefined ? {} : { atMs }) };
		if (!this.#queue.push(numbered)) {
			this.#refuseFullQueue(numbered);
			return id;
		}
		this.#events.emit("saving", { pending: this.pending });
		this.#keeper.changed();
		return id;
	}

	/**
	 * Queues the end. Without a result the session counts as abandoned. `ended` tells what was
	 * stored.
	 */
	end(result?: "won" | "lost", atMs?: number): string {
		return this.play({ type: "end", ...(result === undefined ? {} : { result }) }, atMs);
	}

	/** Resolves when every move has its receipt; rejects when the client is closed or lost first. */
	settled(): Promise<void> {
		if (this.pending === 0) return Promise.resolve();
		if (this.#stopped !== null) return Promise.reject(this.#stopped);
		return new Promise((resolve, reject) => this.#settledWaiters.push({ resolve, reject }));
	}

	/**
	 * Reads the session as stored, without the moves that are still waiting. Waits as `start` does.
	 */
	async refresh(): Promise<Session> {
		const { http, clock, random } = this.#setup;
		const outcome = await untilAnswered(() => http.readSession(this.#session.sessionId), {
			clock,
			backoff: new Backoff(CALL_BACKOFF, random),
			signal: this.#closing.signal,
		});
		if (outcome.kind === "final") throw new ClientError(outcome.code, outcome.reason);
		// Receipts may have overtaken the view while it was read.
		if (outcome.answer.seq >= this.#session.seq) this.#session = outcome.answer;
		return outcome.answer;
	}

	/**
	 * Stops sending. What has no receipt stays in the storage for `resume`. Resolves when the storage
	 * has it; only then may another client use the same storage key.
	 */
	async close(): Promise<void> {
		this.#stop(new ClientError("CLIENT_CLOSED", "The client was closed."));
		await this.#keeper.flushed();
	}

	#answered(batch: Batch, answer: MovesAnswer): void {
		this.#keeper.changed();
		this.#session = { ...this.#session, seq: answer.seq, stateHash: answer.stateHash };
		let over = false;
		for (const [place, move] of batch.moves.entries()) {
			const receipt = answer.receipts[place];
			if (receipt === undefined) continue;
			this.#events.emit("receipt", { receipt, move });
			if (receipt.applied === "refused") this.#events.emit("refused", { receipt, move });
			const ends = move.type === "end" && receipt.applied !== "refused";
			over ||= ends || receipt.code === "SESSION_ENDED";
		}
		const { seq, stateHash } = answer;
		this.#events.emit("saved", { seq, stateHash, pending: this.pending });
		if (this.pending > 0) this.#events.emit("saving", { pending: this.pending });
		else this.#releaseSettled();
		if (over) void this.#finish();
	}

	/** A greeting while own moves wait says nothing: their answers may have been lost on the way. */
	#moved(to: { readonly seq: number; readonly stateHash: string; readonly ended: boolean }): void {
		const { seq, stateHash, ended } = to;
		if (seq > this.#session.seq && (this.pending === 0 || ended)) {
			this.#session = { ...this.#session, seq, stateHash };
			this.#events.emit("changed", { seq, stateHash, ended });
		}
		if (ended) void this.#finish();
	}

	/** Once: reads the result as it is stored, however long the server takes. */
	async #finish(): Promise<void> {
		if (this.#over) return;
		this.#over = true;
		this.#delivery.hangUp();
		try {
			this.#events.emit("ended", { session: await this.refresh() });
		} catch (error) {
			if (!(error instanceof ClientError)) throw error;
			if (error.code !== "CLIENT_CLOSED") this.#lose(error.code, error.message);
		}
	}

	#refuseFullQueue(move: Move): void {
		const receipt = { id: move.id, applied: "refused", seq: 0, code: "TOO_MANY_MOVES" } as const;
		this.#events.emit("receipt", { receipt, move });
		this.#events.emit("refused", { receipt, move });
	}

	#lose(code: ErrorCode, reason: string): void {
		if (this.#stopped !== null) return;
		this.#lost = code;
		this.#stop(new ClientError(code, reason));
		this.#events.emit("lost", { code, reason, pending: this.pending });
	}

	#stop(error: ClientError): void {
		if (this.#stopped !== null) return;
		this.#stopped = error;
		this.#delivery.stop();
		this.#closing.abort(error);
		const waiters = this.#settledWaiters;
		this.#settledWaiters = [];
		for (const { reject } of waiters) reject(error);
	}

	#releaseSettled(): void {
		const waiters = this.#settledWaiters;
		this.#settledWaiters = [];
		for (const { resolve } of waiters) resolve();
	}
}
