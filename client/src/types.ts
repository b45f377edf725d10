import type { ErrorCode, Move, MovesAnswer, Receipt, Session } from "@savepoint/core";
import type { ClientStorage } from "./storage.js";

type WithoutNumbering<T> = T extends unknown ? Omit<T, "id" | "atMs"> : never;
/** A move as the game hands it over; the client adds the id that makes it count once. */
export type PlayableMove = WithoutNumbering<Move>;

/** The part of `fetch` that is used. */
export type FetchFunction = (
	url: string,
	init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<{
	readonly status: number;
	readonly headers: { get(name: string): string | null };
	text(): Promise<string>;
}>;

/** The part of a WebSocket that is used: the browser's has it, and that of the `ws` package. */
export interface SocketLike {
	send(text: string): void;
	close(code?: number, reason?: string): void;
	addEventListener(type: "open", listener: () => void): void;
	addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
	addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
	addEventListener(type: "error", listener: () => void): void;
}
export type SocketConstructor = new (url: string) => SocketLike;

export interface Clock {
	now(): number;
	/** Returns a function that cancels. */
	after(delayMs: number, run: () => void): () => void;
}

export interface ClientOptions {
	/** Scheme, host and port of the server; a browser on the same origin gives `location.origin`. */
	readonly baseUrl: string;
	readonly storage: ClientStorage;
	/** The one key used in the storage. Two clients at a time must not share it. */
	readonly storageKey?: string;
	readonly fetch?: FetchFunction;
	/** `null` plays over HTTP only; missing takes the global one, where there is one. */
	readonly WebSocket?: SocketConstructor | null;
	readonly clock?: Clock;
	/** For jitter and the prefix of move ids: 0 ≤ x < 1. The keys of sessions never come from it. */
	readonly random?: () => number;
	/** Called while `start` or `resume` waits for a server that does not answer. */
	readonly onAway?: (away: { readonly retryInMs: number; readonly code: ErrorCode | null }) => void;
	/** Ends the waiting of `start` and `resume`, which then reject with its reason. */
	readonly signal?: AbortSignal;
}
export interface StartOptions extends ClientOptions {
	/** 10 to 600; missing means the server's default of 60. */
	readonly durationSeconds?: number;
}

/** What a save indicator shows; see `SavepointClient.saveState`. */
export type SaveState =
	| { readonly state: "saved"; readonly seq: number }
	| { readonly state: "saving"; readonly pending: number }
	| { readonly state: "away"; readonly pending: number }
	| { readonly state: "lost"; readonly code: ErrorCode };

export interface ClientEvents {
	/** Moves wait for their receipt. */
	saving: { readonly pending: number };
	/** The server has these on disk. Comes with every answer; `pending` more are on their way. */
	saved: { readonly seq: number; readonly stateHash: string; readonly pending: number };
	/** No answer. The moves are kept and sent again after `retryInMs`. */
	away: {
		readonly retryInMs: number;
		readonly pending: number;
		readonly code: ErrorCode | null;
	};
	/** The live connection is up, for the first time or again after an outage. */
	connected: { readonly seq: number };
	/** The first answer after `away`. */
	back: { readonly pending: number };
	receipt: { readonly receipt: Receipt; readonly move: Move };
	/** The rules said no. Comes right after the `receipt` of the same move. */
	refused: { readonly receipt: Receipt; readonly move: Move };
	/** Moves that were sent before are sent again. */
	resent: { readonly moves: number };
	/** Somebody else moved the session on; `refresh()` reads what it is now. */
	changed: { readonly seq: number; readonly stateHash: string; readonly ended: boolean };
	/** The session is over; its result as stored. Comes once. */
	ended: { readonly session: Session };
	/** Final: no resend can help. Nothing more is sent; the queue stays in the storage. */
	lost: { readonly code: ErrorCode; readonly reason: string; readonly pending: number };
	notice: { readonly title: string; readonly message: string };
	/**
	 * The local storage refused a write: moves still reach the server, but a reload may lose some.
	 */
	unprotected: { readonly cause: unknown };
}

export interface RetryFailure {
	readonly kind: "retry";
	/** null: no answer of ours, such as a broken connection or a proxy's page. */
	readonly code: ErrorCode | null;
	readonly retryAfterMs: number | null;
}
export interface FinalFailure {
	readonly kind: "final";
	readonly code: ErrorCode;
	readonly reason: string;
}
export type Outcome<T> =
	| { readonly kind: "answer"; readonly answer: T }
	| RetryFailure
	| FinalFailure;
export type MovesOutcome = Outcome<MovesAnswer>;
