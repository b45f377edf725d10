import { createReadStream } from "node:fs";
import type { LedgerRecord, MoveAck } from "./ledger.js";

/** What a session must have, by the ledger. Lines count from 1. */
export interface SessionClaims {
	readonly id: string;
	/** null: only moves of it were acknowledged, which no player of ours can bring about. */
	line: number | null;
	readonly moves: MoveClaim[];
	readonly results: { readonly line: number; readonly result: string }[];
	/** Calls without a key that were sent, answered or not, by type: the log may hold no more. */
	readonly unkeyedSent: Map<string, number>;
}

export interface MoveClaim extends Pick<MoveAck, "seq" | "id"> {
	readonly line: number;
	/** As JSON, for comparing. */
	readonly content: string;
}

export interface LedgerClaims {
	/** Answers that said "this is stored". */
	readonly acknowledged: number;
	readonly sessions: ReadonlyMap<string, SessionClaims>;
	/** Sessions by the key of their create: two of one key were made by one call. */
	readonly sessionsByKey: ReadonlyMap<string, readonly string[]>;
	/** Creates without a key that got no answer: each may have made a session or not. */
	readonly unansweredCreates: number;
	/** The last line was cut off in the middle of writing it, and does not count. */
	readonly isTorn: boolean;
}

/**
 * Reads a whole ledger. A last line without its end was never synced and is left out; any other
 * line that does not read is an Error naming it, because a ledger with a hole proves nothing.
 */
export async function readLedger(path: string): Promise<LedgerClaims> {
	const collector = new Collector();
	let rest = "";
	let line = 0;
	for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
		const lines = (rest + String(chunk)).split("\n");
		rest = lines.pop() ?? "";
		for (const text of lines) {
			line += 1;
			collector.add(parseRecord(text, line), line);
		}
	}
	return collector.finish(rest !== "");
}

class Collector {
	readonly #sessions = new Map<string, SessionClaims>();
	readonly #sessionsByKey = new Map<string, string[]>();
	#acknowledged = 0;
	#unansweredCreates = 0;

	add(record: LedgerRecord, line: number): void {
		switch (record.t) {
			case "session": {
				this.#acknowledged += 1;
				this.#session(record.s).line ??= line;
				if (record.key === null) return;
				const made = this.#sessionsByKey.get(record.key) ?? [];
				if (!made.includes(record.s)) made.push(record.s);
				this.#sessionsByKey.set(record.key, made);
				return;
			}
			case "move": {
				this.#acknowledged += 1;
				const { seq, id, content } = record;
				const claims = this.#session(record.s);
				claims.moves.push({ line, seq, id, content: JSON.stringify(content) });
				if (id === null) countSent(claims, String(content[0]));
				return;
			}
			case "result":
				this.#acknowledged += 1;
				this.#session(record.s).results.push({ line, result: record.result });
				return;
			case "unanswered":
				countSent(this.#session(record.s), record.type);
				return;
			case "unanswered-create":
				this.#unansweredCreates += 1;
				return;
		}
	}

	finish(isTorn: boolean): LedgerClaims {
		return {
			acknowledged: this.#acknowledged,
			sessions: this.#sessions,
			sessionsByKey: this.#sessionsByKey,
			unansweredCreates: this.#unansweredCreates,
			isTorn,
		};
	}

	#session(id: string): SessionClaims {
		let claims = this.#sessions.get(id);
		if (claims === undefined) {
			claims = { id, line: null, moves: [], results: [], unkeyedSent: new Map() };
			this.#sessions.set(id, claims);
		}
		return claims;
	}
}

const countSent = ({ unkeyedSent }: SessionClaims, type: string): void => {
	unkeyedSent.set(type, (unkeyedSent.get(type) ?? 0) + 1);
};

const KINDS: ReadonlySet<unknown> = new Set<LedgerRecord["t"]>([
	"session",
	"move",
	"result",
	"unanswered",
	"unanswered-create",
]);

function parseRecord(text: string, line: number): LedgerRecord {
	try {
		const value: unknown = JSON.parse(text);
		if (isRecord(value)) return value;
	} catch {
		// Said below, with its line.
	}
	throw new Error(`Line ${line} of the ledger does not read: the ledger itself was damaged.`);
}

const isRecord = (value: unknown): value is LedgerRecord =>
	typeof value === "object" && value !== null && "t" in value && KINDS.has(value.t);
