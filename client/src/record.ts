import type { Move } from "@savepoint/core";
import type { Acknowledged } from "./roll-back.js";

/**
 * What the client keeps in its storage, as one text, so that one `set` moves it from one state to
 * the next. Bounded: at most as many moves as a session takes (`QUEUED_MOVES_MAX`).
 *
 * A text of another version, or one that is not ours, reads as nothing stored. It is left as it is
 * until a new session is started.
 */
export type StoredRecord =
	/** A create was sent or is about to be; the same key gives the same session, however often. */
	| {
			readonly version: typeof RECORD_VERSION;
			readonly state: "creating";
			readonly key: string;
			readonly durationSeconds: number | null;
	  }
	| {
			readonly version: typeof RECORD_VERSION;
			readonly state: "playing";
			readonly sessionId: string;
			/** Without a receipt yet, in the order in which they were played. */
			readonly moves: readonly Move[];
			/** How far the server had the session; missing in a text of an older version. */
			readonly acknowledged?: Acknowledged;
	  };
export type PlayingRecord = Extract<StoredRecord, { state: "playing" }>;

export const RECORD_VERSION = 1;

export function creatingRecord(key: string, durationSeconds: number | null): string {
	return JSON.stringify({ version: RECORD_VERSION, state: "creating", key, durationSeconds });
}

/** Takes moves that are JSON already: the queue is written on every move, and most of it is old. */
export function playingRecord(
	sessionId: string,
	movesJson: readonly string[],
	acknowledged: Acknowledged,
): string {
	const { generation, seq } = acknowledged;
	const head = JSON.stringify({
		version: RECORD_VERSION,
		state: "playing",
		sessionId,
		acknowledged: { generation, seq },
	});
	return `${head.slice(0, -1)},"moves":[${movesJson.join(",")}]}`;
}

export function readRecord(text: string | null): StoredRecord | null {
	if (text === null) return null;
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) ? value : null;
	} catch {
		return null;
	}
}

function isRecord(value: unknown): value is StoredRecord {
	if (typeof value !== "object" || value === null) return false;
	const record: Partial<Record<string, unknown>> = { ...value };
	if (record["version"] !== RECORD_VERSION) return false;
	if (record["state"] === "creating") return typeof record["key"] === "string";
	return (
		record["state"] === "playing" &&
		typeof record["sessionId"] === "string" &&
		Array.isArray(record["moves"])
	);
}
