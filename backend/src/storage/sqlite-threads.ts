import { Worker } from "node:worker_threads";
import { SavepointError } from "../errors.js";
import type {
	CommitOutcome,
	DriverGauges,
	MigrationDriver,
	SqlRow,
	SqlValue,
	WriteBatch,
	WriteStatement,
} from "./driver.js";
import type { CloseGuard } from "./sqlite-close-guard.js";
import type { ReaderReply, ReaderRequest } from "./sqlite-reader-thread.js";
import type { WriterReply, WriterRequest, WriterThreadData } from "./sqlite-writer-thread.js";

/** The event loop's ends of the two threads: requests out, answers back, nothing of SQLite. */

interface Waiting<T> {
	readonly resolve: (value: T) => void;
	readonly reject: (error: Error) => void;
}

type Lost = Extract<CommitOutcome, { kind: "lost" }>;
const STOPPED: Lost = {
	kind: "lost",
	code: "STORAGE_IO",
	reason: "the writer's thread has stopped",
};

export class WriterThread implements MigrationDriver {
	readonly engine = "sqlite";
	readonly #worker: Worker;
	readonly #onLost: (lost: Lost) => void;
	readonly #onWarning: (message: string) => void;
	/** Cold requests, answered in order. */
	readonly #waiting: Waiting<{ rows: SqlRow[]; text: string }>[] = [];
	#committing: ((outcome: CommitOutcome) => void) | null = null;
	#lost: Lost | null = null;
	/** Before it is open and once it closes, the thread may end without anything being lost. */
	#mayEnd = true;
	#gauges: DriverGauges = { walBytes: 0, tailRows: 0 };
	readonly #opened: Promise<void>;

	constructor(
		data: WriterThreadData,
		on: { lost: (lost: Lost) => void; warning: (message: string) => void },
	) {
		this.#onLost = on.lost;
		this.#onWarning = on.warning;
		this.#worker = new Worker(new URL("./sqlite-writer-thread.js", import.meta.url), {
			workerData: data,
		});
		this.#opened = new Promise((resolve, reject) => {
			this.#waiting.push({ resolve: () => resolve(), reject });
		});
		this.#worker.on("message", (reply: WriterReply) => this.#receive(reply));
		// Told at its exit: only then is every message of the thread sure to have arrived, and what it
		// said itself is better than what it died of.
		let diedOf: Error | null = null;
		this.#worker.on("error", (error) => {
			diedOf = error;
		});
		this.#worker.on("exit", () => this.#stop(diedOf));
	}

	/** Rejects with what SQLite said when the connection could not be had with its settings. */
	opened(): Promise<void> {
		return this.#opened;
	}

	get gauges(): DriverGauges {
		return this.#gauges;
	}

	commit(batch: WriteBatch): Promise<CommitOutcome> {
		if (this.#lost !== null) return Promise.resolve(this.#lost);
		return new Promise((resolve) => {
			this.#committing = resolve;
			this.#worker.postMessage(batch);
		});
	}

	async prepare(statements: readonly WriteStatement[]): Promise<void> {
		await this.#ask({ op: "prepare", statements });
	}

	async select(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		return (await this.#ask({ op: "select", sql, params })).rows;
	}

	async applyMigration(
		script: string,
		record: { readonly sql: string; readonly params: readonly SqlValue[] },
	): Promise<void> {
		await this.#ask({ op: "migrate", script, record });
	}

	async backup(label: string): Promise<string> {
		return (await this.#ask({ op: "backup", label })).text;
	}

	/**
	 * Everything in the one file, marked as closed; the thread ends by itself. Where that fails the
	 * guard stays, and nothing more is written.
	 */
	async close(guard: CloseGuard): Promise<void> {
		if (this.#lost !== null) return;
		this.#mayEnd = true;
		try {
			await this.#ask({ op: "bring-home" });
		} catch (error) {
			this.abandon();
			throw error;
		}
		guard.release();
		await this.#ask({ op: "close" });
	}

	/** The connection is not used again; the thread ends with the process. */
	abandon(): void {
		this.#mayEnd = true;
		this.#worker.unref();
	}

	#ask(request: Exclude<WriterRequest, WriteBatch>): Promise<{ rows: SqlRow[]; text: string }> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ resolve, reject });
			this.#worker.postMessage(request);
		});
	}

	#receive(reply: WriterReply): void {
		switch (reply.kind) {
			case "outcome": {
				this.#gauges = { walBytes: reply.walBytes, tailRows: reply.tailRows };
				const settle = this.#committing;
				this.#committing = null;
				if (reply.outcome.kind === "lost") this.#lose(reply.outcome);
				settle?.(reply.outcome);
				return;
			}
			case "opened":
				this.#mayEnd = false;
				this.#waiting.shift()?.resolve({ rows: [], text: "" });
				return;
			case "done":
				this.#waiting.shift()?.resolve(reply);
				return;
			case "failed":
				this.#waiting.shift()?.reject(new SavepointError(reply.code, reply.reason));
				return;
			case "lost":
				this.#lose(reply);
				return;
			case "warning":
				this.#onWarning(reply.message);
				return;
		}
	}

	#lose(lost: Lost): void {
		if (this.#lost !== null) return;
		this.#lost = lost;
		this.#onLost(lost);
	}

	#stop(error: Error | null): void {
		for (const waiting of this.#waiting.splice(0))
			waiting.reject(error ?? new SavepointError(STOPPED.code, STOPPED.reason));
		if (this.#mayEnd) return;
		this.#lose(STOPPED);
		this.#committing?.(STOPPED);
		this.#committing = null;
	}
}

export class ReaderThread {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting<SqlRow[]>>();
	#lastId = 0;
	#stopped: SavepointError | null = null;
	#closing = false;

	/** `onLost`: nothing can be read any more; called once. */
	constructor(path: string, onLost: (error: SavepointError) => void) {
		this.#worker = new Worker(new URL("./sqlite-reader-thread.js", import.meta.url), {
			workerData: path,
		});
		this.#worker.on("message", (reply: ReaderReply) => {
			const waiting = this.#waiting.get(reply.id);
			this.#waiting.delete(reply.id);
			if ("rows" in reply) waiting?.resolve(reply.rows);
			else waiting?.reject(new SavepointError(reply.code, reply.reason));
		});
		const stop = (cause: unknown): void => {
			if (this.#stopped !== null) return;
			this.#stopped = new SavepointError("STORAGE_IO", "the reader's thread has stopped", {
				cause,
			});
			for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
			this.#waiting.clear();
			if (!this.#closing) onLost(this.#stopped);
		};
		this.#worker.on("error", stop);
		this.#worker.on("exit", stop);
	}

	query(sql: string, params: readonly SqlValue[]): Promise<SqlRow[]> {
		return this.#ask(sql, params);
	}

	async close(): Promise<void> {
		this.#closing = true;
		if (this.#stopped === null) await this.#ask(null, []);
	}

	#ask(sql: string | null, params: readonly SqlValue[]): Promise<SqlRow[]> {
		if (this.#stopped !== null) return Promise.reject(this.#stopped);
		this.#lastId += 1;
		const request: ReaderRequest = { id: this.#lastId, sql, params };
		return new Promise((resolve, reject) => {
			this.#waiting.set(request.id, { resolve, reject });
			this.#worker.postMessage(request);
		});
	}
}
