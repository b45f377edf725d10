import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "../../storage/durable-files.js";
import { isAcknowledgement, type LedgerRecord } from "./ledger.js";

/**
 * Appends to the ledger. What gathers while one sync is under way shares the next, so that many
 * sessions at a time do not wait in a row.
 */
export class LedgerWriter {
	readonly #file: FileHandle;
	readonly #onSynced: (acknowledged: number) => void;
	#waiting: string[] = [];
	#acknowledged = 0;
	#flushing: Promise<void> | null = null;

	/** `onSynced` is told after each sync how many acknowledgements are in the ledger. */
	static async create(
		path: string,
		onSynced: (acknowledged: number) => void,
	): Promise<LedgerWriter> {
		const file = await open(path, "ax");
		await file.sync();
		syncDirectory(dirname(path));
		return new LedgerWriter(file, onSynced);
	}

	private constructor(file: FileHandle, onSynced: (acknowledged: number) => void) {
		this.#file = file;
		this.#onSynced = onSynced;
	}

	/** Queues a record. It counts once `synced` has resolved. */
	append(record: LedgerRecord): void {
		this.#waiting.push(`${JSON.stringify(record)}\n`);
		if (isAcknowledgement(record)) this.#acknowledged += 1;
	}

	/**
	 * Resolves when all that was appended so far is on disk; rejects when it could not be written.
	 */
	async synced(): Promise<void> {
		while (this.#waiting.length > 0 || this.#flushing !== null) {
			this.#flushing ??= this.#flush().finally(() => {
				this.#flushing = null;
			});
			await this.#flushing;
		}
	}

	async close(): Promise<void> {
		await this.synced();
		await this.#file.close();
	}

	async #flush(): Promise<void> {
		const text = this.#waiting.join("");
		const acknowledged = this.#acknowledged;
		this.#waiting = [];
		await this.#file.appendFile(text);
		await this.#file.datasync();
		this.#onSynced(acknowledged);
	}
}
