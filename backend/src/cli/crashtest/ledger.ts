import type { Move, MoveType } from "@savepoint/core";

/**
 * The ledger: one JSON object a line, appended and synced by the player before it goes on. What
 * stands there was said by the server to be saved, so it must be there after any crash.
 */
export type LedgerRecord = Acknowledgement | UnansweredRecord;

/** An answer of the server that says: this is stored. */
export type Acknowledgement = SessionAck | MoveAck | ResultAck;

export interface SessionAck {
	readonly t: "session";
	readonly s: string;
	/** The Idempotency-Key of the create, where the player knows it. */
	readonly key: string | null;
}

export interface MoveAck {
	readonly t: "move";
	readonly s: string;
	readonly seq: number;
	/** null: a single call without an Idempotency-Key. */
	readonly id: string | null;
	readonly content: MoveContent;
}

/** The result of a session, as the answer to its end or a later look at it told. */
export interface ResultAck {
	readonly t: "result";
	readonly s: string;
	readonly result: string;
}

/**
 * A call without a key that got no answer: it was stored once or not at all, and nobody can ask
 * which. The ledger has it so that a second copy of it is noticed.
 */
export type UnansweredRecord =
	| { readonly t: "unanswered"; readonly s: string; readonly type: MoveType }
	| { readonly t: "unanswered-create" };

/** A move as a flat list, the same for what was sent and for what the log shows. */
export type MoveContent = readonly (string | number | null)[];

/** The fields that wire form and log entry share; refused moves have a code. */
export interface MoveFields {
	readonly type: string;
	readonly artifactId?: string;
	readonly status?: string;
	readonly x?: number;
	readonly y?: number;
	readonly position?: { readonly x: number; readonly y: number };
	readonly result?: string | null;
	readonly atMs?: number | null;
}

export const contentOf = (fields: MoveFields | Move, code: string | null): MoveContent => {
	const { type, artifactId, status, x, y, position, result, atMs }: MoveFields = fields;
	return [
		type,
		artifactId ?? null,
		status ?? null,
		x ?? position?.x ?? null,
		y ?? position?.y ?? null,
		result ?? null,
		atMs ?? null,
		code,
	];
};

export const isAcknowledgement = (record: LedgerRecord): record is Acknowledgement =>
	record.t === "session" || record.t === "move" || record.t === "result";
