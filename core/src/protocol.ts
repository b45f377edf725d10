import type { ErrorCode } from "./errors.js";
import type { Move, MovesAnswer } from "./schemas.js";

/**
 * The WebSocket `WS /api/sessions/:id/live`, whole. Text frames of JSON; one object a frame.
 *
 * A client may have several `moves` messages in flight: answers come in the order of the messages.
 * `ref` is the client's own number for a message and comes back with its answer.
 */
export type ClientMessage = {
	readonly type: "moves";
	readonly ref: number;
	readonly moves: readonly Move[];
};

export type ServerMessage =
	/**
	 * First message after the upgrade: the session as it is stored, so that the client can compare.
	 */
	| {
			readonly type: "hello";
			readonly protocol: typeof PROTOCOL_VERSION;
			readonly seq: number;
			readonly stateHash: string;
			/** See `Session`. */
			readonly generation: number;
	  }
	| ({ readonly type: "receipts"; readonly ref: number } & MovesAnswer)
	/**
	 * A whole message was not taken: nothing in it was stored. Retryable ones are sent again by the
	 * client.
	 */
	| {
			readonly type: "error";
			readonly ref: number | null;
			readonly error: string;
			readonly code: ErrorCode;
			readonly retryAfterMs: number | null;
	  }
	/** Somebody else (another tab, a single call, the sweep) moved the session on. */
	| {
			readonly type: "changed";
			readonly seq: number;
			readonly stateHash: string;
			readonly ended: boolean;
	  }
	| { readonly type: "notice"; readonly title: string; readonly message: string }
	/** The server stops; what was receipted is safe. Come back after this time. */
	| { readonly type: "going-away"; readonly retryAfterMs: number };

export const PROTOCOL_VERSION = 1;

/** Close codes of the live connection, documented in `docs/reference/websocket.md`. */
export const CLOSE_CODES = {
	/** The server is shutting down; reconnect. */
	goingAway: 1001,
	/** A frame that is not text, not JSON or not a message. */
	badMessage: 1008,
	/** A frame larger than 100 KiB. */
	messageTooBig: 1009,
	/** The server lost its storage; reconnect later. */
	storageLost: 1011,
	/** No such session. */
	sessionNotFound: 4404,
	/** The client does not read its receipts. */
	tooSlow: 4408,
	/** More messages than the connection's limit. */
	rateLimited: 4429,
} as const;
