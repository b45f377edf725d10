import type {
	DepositAnswer,
	EndAnswer,
	ErrorCode,
	MoveBody,
	MovesAnswer,
	MovesPage,
	NormalMove,
	Session,
	SessionStats,
	SpawnAnswer,
	StatusAnswer,
} from "@savepoint/core";
import type { SavepointError } from "../errors.js";

/**
 * Where the authority's answers go. It calls exactly one of the two, once, and `send` only when the
 * sync that covers the answer has succeeded (A1). Plain callbacks, because a promise for each
 * request costs more than the rules do.
 */
export interface AnswerSink<T> {
	/** `replayed`: the stored answer to a key that was seen before. */
	send(answer: T, replayed: boolean): void;
	fail(error: SavepointError): void;
}

/** A single call: one move, whose key, if it has one, is the move's id. */
export interface SingleCall {
	readonly body: SingleBody;
	readonly key: string | null;
}
/** A single spawn names no artifact: the server does. */
export type SingleBody =
	| {
			readonly type: "spawn";
			readonly artifactId: null;
			readonly xFixed: number;
			readonly yFixed: number;
	  }
	| Exclude<MoveBody, { type: "spawn" }>;
export type SingleAnswer = SpawnAnswer | StatusAnswer | DepositAnswer | EndAnswer;

/** What changed in a session, for its live connections; sent after the sync that covers it. */
export interface SessionChange {
	readonly seq: number;
	readonly stateHash: string;
	readonly ended: boolean;
	/** The live connection that caused it, which has its receipt and needs no push; else null. */
	readonly origin: object | null;
	/** It was taken away, and there is no such session for its players any longer. */
	readonly removed?: true;
}

export interface ServiceCounts extends SessionStats {
	readonly sessionsToday: number;
}

/** Whether a write would be durable now. */
export type StorageHealth =
	| { readonly status: "ok" }
	| { readonly status: "unavailable"; readonly code: ErrorCode; readonly reason: string };

/** The authority as the API sees it; `session-store.ts` is the one implementation. */
export interface Authority {
	create(
		request: { readonly durationSeconds: number; readonly key: string | null },
		sink: AnswerSink<Session>,
	): void;
	single(sessionId: string, call: SingleCall, sink: AnswerSink<SingleAnswer>): void;
	play(
		sessionId: string,
		moves: readonly NormalMove[],
		sink: AnswerSink<MovesAnswer>,
		origin?: object,
	): void;
	view(sessionId: string, sink: AnswerSink<Session>): void;
	log(sessionId: string, after: number, limit: number): Promise<MovesPage>;
	counts(): Promise<ServiceCounts>;
	/** Moves decided since the start, by outcome. */
	moveCounts(): Readonly<Record<"applied" | "refused" | "replayed", number>>;
	health(): StorageHealth;
	/**
	 * Calls `listener` after every durable change of the session until the returned function is
	 * called.
	 */
	watch(sessionId: string, listener: (change: SessionChange) => void): () => void;
}
