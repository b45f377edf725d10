import { CLOSE_CODES, type ServerMessage } from "@savepoint/core";
import { failureOf, NO_ANSWER } from "./errors.js";
import { isMovesAnswer } from "./http-transport.js";
import type {
	Clock,
	FinalFailure,
	MovesOutcome,
	RetryFailure,
	SocketConstructor,
	SocketLike,
} from "./types.js";

/** A connection whose first message takes longer is given up; HTTP works meanwhile. */
const HELLO_TIMEOUT_MS = 3_000;
/** A connection that owes an answer for longer is given up. */
const ANSWER_TIMEOUT_MS = 15_000;

/** The connection is gone and does not say why: HTTP will find out. */
export interface Gone {
	readonly kind: "gone";
}
export type CloseReason = Gone | RetryFailure | FinalFailure;
export type LivePush = Extract<ServerMessage, { type: "changed" | "notice" }>;
export type Hello = Extract<ServerMessage, { type: "hello" }>;

export interface LiveHandlers {
	/** The first message is here; moves can be sent. */
	onOpen(hello: Hello): void;
	onPush(message: LivePush): void;
	/** Once, whether it was ever open or not. */
	onClosed(reason: CloseReason): void;
}

interface Waiting {
	readonly ref: number;
	readonly resolve: (outcome: MovesOutcome | Gone) => void;
	readonly cancelTimeout: () => void;
}

/** One WebSocket, from the attempt to connect to its end. It is never reused. */
export class LiveConnection {
	readonly #socket: SocketLike;
	readonly #clock: Clock;
	readonly #handlers: LiveHandlers;
	readonly #cancelHelloTimeout: () => void;
	#waiting: Waiting | null = null;
	#lastRef = 0;
	#closed = false;
	#retryAfterMs: number | null = null;

	/** Throws what the constructor of the WebSocket throws, such as for a URL it does not take. */
	constructor(url: string, Socket: SocketConstructor, clock: Clock, handlers: LiveHandlers) {
		this.#clock = clock;
		this.#handlers = handlers;
		this.#socket = new Socket(url);
		this.#socket.addEventListener("message", (event) => this.#receive(event.data));
		this.#socket.addEventListener("close", (event) => this.#end(this.#reasonOf(event.code)));
		// A close follows every error; the listener only keeps the error from being an uncaught one.
		this.#socket.addEventListener("error", () => {});
		this.#cancelHelloTimeout = clock.after(HELLO_TIMEOUT_MS, () => this.#giveUp());
	}

	/**
	 * One batch at a time: a server may refuse a message for now and take the next one, and then a
	 * later move would overtake an earlier one. Moves made meanwhile gather and share the next
	 * message.
	 */
	send(movesJson: string): Promise<MovesOutcome | Gone> {
		if (this.#closed || this.#waiting !== null) return Promise.resolve({ kind: "gone" });
		this.#lastRef += 1;
		const ref = this.#lastRef;
		return new Promise((resolve) => {
			const cancelTimeout = this.#clock.after(ANSWER_TIMEOUT_MS, () => this.#giveUp());
			this.#waiting = { ref, resolve, cancelTimeout };
			this.#socket.send(`{"type":"moves","ref":${ref},"moves":${movesJson}}`);
		});
	}

	close(): void {
		this.#giveUp();
	}

	#giveUp(): void {
		this.#end({ kind: "gone" });
		this.#socket.close();
	}

	#receive(data: unknown): void {
		const message = this.#closed ? null : parseMessage(data);
		switch (message?.type) {
			case "hello":
				this.#cancelHelloTimeout();
				this.#handlers.onOpen(message);
				break;
			case "receipts":
				this.#settle(message.ref, checkedAnswer(message));
				break;
			case "error":
				this.#settle(message.ref ?? this.#lastRef, failureOf(message, message.retryAfterMs));
				break;
			case "going-away":
				// Receipts may still come before the close.
				this.#retryAfterMs = message.retryAfterMs;
				break;
			case "changed":
			case "notice":
				this.#handlers.onPush(message);
				break;
		}
	}

	#settle(ref: number, outcome: MovesOutcome): void {
		const waiting = this.#waiting;
		if (waiting?.ref !== ref) return;
		this.#waiting = null;
		waiting.cancelTimeout();
		waiting.resolve(outcome);
	}

	#reasonOf(code: number): CloseReason {
		switch (code) {
			case CLOSE_CODES.sessionNotFound:
				return { kind: "final", code: "SESSION_NOT_FOUND", reason: "Session not found." };
			case CLOSE_CODES.goingAway:
				return { kind: "retry", code: "SHUTTING_DOWN", retryAfterMs: this.#retryAfterMs };
			case CLOSE_CODES.rateLimited:
				return { kind: "retry", code: "RATE_LIMITED", retryAfterMs: this.#retryAfterMs };
			case CLOSE_CODES.storageLost:
			case CLOSE_CODES.tooSlow:
				return { kind: "retry", code: null, retryAfterMs: this.#retryAfterMs };
			default:
				return { kind: "gone" };
		}
	}

	#end(reason: CloseReason): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#cancelHelloTimeout();
		this.#waiting?.cancelTimeout();
		this.#waiting?.resolve(reason);
		this.#waiting = null;
		this.#handlers.onClosed(reason);
	}
}

const checkedAnswer = (message: unknown): MovesOutcome =>
	isMovesAnswer(message) ? { kind: "answer", answer: message } : NO_ANSWER;

/** Messages of kinds that a later server may add are passed over. */
function parseMessage(data: unknown): ServerMessage | null {
	if (typeof data !== "string") return null;
	try {
		const value: unknown = JSON.parse(data);
		return isServerMessage(value) ? value : null;
	} catch {
		return null;
	}
}

function isServerMessage(value: unknown): value is ServerMessage {
	return typeof value === "object" && value !== null && "type" in value;
}
