import type { Call } from "./calls.js";
import { type Message, MessageStream } from "./http-messages.js";

/**
 * Whether every answer came after the sync that covers what it tells (A1), from a trace of one
 * server.
 *
 * Every write of the client carries tokens: its Idempotency-Key, or the ids of its moves. A token
 * is on its way to the disk once a frame of the WAL that holds it was written, and it is safe once
 * a sync of the WAL that *began* after that write has *returned success*. An answer that tells of
 * it, be it the answer to the request that brought it, a receipt or a read, may begin only then.
 */
export interface SyncCheck {
	/** Tokens that some answer told of, each checked for each such answer. */
	readonly told: ReadonlySet<string>;
	/** Answers, receipts and reads that told of at least one. */
	readonly answers: number;
	readonly violations: readonly Violation[];
	/** Real syncs of the WAL that succeeded. */
	readonly syncs: number;
}

export interface Violation {
	readonly token: string;
	/** Line of the trace at which the answer began to be written. */
	readonly line: number;
	readonly kind: "not written" | "not synced";
}

const READS = new Set(["read", "recvfrom", "recvmsg", "readv"]);
const WRITES = new Set(["write", "writev", "sendto", "sendmsg"]);
const STORES = new Set(["pwrite64", "pwritev", "write", "writev"]);
const SYNCS = new Set(["fsync", "fdatasync"]);

interface Connection {
	readonly requests: MessageStream;
	readonly answers: MessageStream;
	/** Requests that have no answer yet. */
	readonly open: Message[];
}

interface Telling {
	readonly tokens: readonly string[];
	readonly beganAt: number;
	/** Line at which the request was read, where the answer is to one. */
	readonly readAt: number;
}

class Collector {
	readonly #tokenPattern: RegExp;
	readonly #connections = new Map<string, Connection>();
	/** For each token, the writes of the WAL that held it. */
	readonly stored = new Map<string, Call[]>();
	readonly syncs: Call[] = [];
	readonly tellings: Telling[] = [];

	constructor(tokenPattern: RegExp) {
		this.#tokenPattern = tokenPattern;
	}

	take(call: Call): void {
		const { name, target, result } = call;
		if (target.endsWith("-wal")) {
			if (result === null || result < 0) return;
			if (SYNCS.has(name)) {
				if (!call.injected) this.syncs.push(call);
			} else if (STORES.has(name)) this.#store(call);
		} else if (target.startsWith("TCP") && result !== null && result > 0) {
			if (READS.has(name)) this.#read(call);
			else if (WRITES.has(name)) this.#write(call);
		}
	}

	#tokensIn(text: string): string[] {
		return [...new Set(text.match(this.#tokenPattern))];
	}

	#store(call: Call): void {
		for (const token of this.#tokensIn(call.bytes())) {
			const calls = this.stored.get(token);
			if (calls === undefined) this.stored.set(token, [call]);
			else calls.push(call);
		}
	}

	#connection(target: string): Connection {
		let connection = this.#connections.get(target);
		if (connection === undefined) {
			connection = { requests: new MessageStream(), answers: new MessageStream(), open: [] };
			this.#connections.set(target, connection);
		}
		return connection;
	}

	#read(call: Call): void {
		const { requests, open } = this.#connection(call.target);
		open.push(...requests.push(call.bytes(), call.endedAt));
	}

	/**
	 * The order of answers on a connection is that of its requests; frames of a live one tell by
	 * themselves.
	 */
	#write(call: Call): void {
		const { requests, answers, open } = this.#connection(call.target);
		for (const answer of answers.push(call.bytes(), call.startedAt)) {
			const { beganAt } = answer;
			if (answer.firstLine === "") {
				this.tellings.push({ tokens: this.#tokensIn(answer.body), beganAt, readAt: 0 });
				continue;
			}
			const request = open.shift();
			if (answer.firstLine.startsWith("HTTP/1.1 101")) requests.upgrade();
			if (!answer.firstLine.startsWith("HTTP/1.1 2")) continue;
			const words = `${request?.head ?? ""}\n${request?.body ?? ""}\n${answer.body}`;
			const isWrite = request?.firstLine.startsWith("POST") === true;
			const readAt = isWrite ? request.completeAt : 0;
			this.tellings.push({ tokens: this.#tokensIn(words), beganAt, readAt });
		}
	}
}

/** `tokenPattern`: global, and matches a token wherever it stands. */
export function checkSyncs(calls: Iterable<Call>, tokenPattern: RegExp): SyncCheck {
	const collector = new Collector(tokenPattern);
	for (const call of calls) collector.take(call);
	const { stored, syncs, tellings } = collector;
	syncs.sort((a, b) => a.startedAt - b.startedAt);
	const violations: Violation[] = [];
	const told = new Set<string>();
	let answers = 0;
	for (const { tokens, beganAt, readAt } of tellings) {
		if (tokens.length > 0) answers += 1;
		for (const token of tokens) {
			told.add(token);
			const write = stored.get(token)?.find((call) => call.startedAt > readAt);
			if (write === undefined || write.startedAt > beganAt)
				violations.push({ token, line: beganAt, kind: "not written" });
			else if (!syncs.some((sync) => sync.startedAt > write.endedAt && sync.endedAt < beganAt))
				violations.push({ token, line: beganAt, kind: "not synced" });
		}
	}
	return { told, answers, violations, syncs: syncs.length };
}
