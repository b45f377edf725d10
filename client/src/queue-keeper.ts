import type { MoveQueue } from "./move-queue.js";
import { playingRecord } from "./record.js";
import type { Acknowledged } from "./roll-back.js";
import type { ClientStorage } from "./storage.js";

export interface QueueKeeperOptions {
	readonly storage: ClientStorage;
	readonly storageKey: string;
	readonly sessionId: string;
	readonly queue: MoveQueue;
	/** How far the server has the session, at the moment of the write. */
	readonly acknowledged: () => Acknowledged;
	/** More of the queue may be sent now. */
	readonly onStored: () => void;
	readonly onFailure: (cause: unknown) => void;
}

/**
 * Writes the queue to the storage after it changed. Changes made in one task share a write, which
 * happens before the task's end; with a storage that takes its time, one write is under way at a
 * time.
 */
export class QueueKeeper {
	readonly #options: QueueKeeperOptions;
	#dirty = false;
	#writing: Promise<void> | null = null;

	constructor(options: QueueKeeperOptions) {
		this.#options = options;
	}

	changed(): void {
		this.#dirty = true;
		this.#writing ??= this.#write();
	}

	/** Resolves when the storage has everything, or refused it. */
	async flushed(): Promise<void> {
		await this.#writing;
	}

	async #write(): Promise<void> {
		// Let the caller's task come to its end first: it may play more moves.
		await Promise.resolve();
		const { storage, storageKey, sessionId, queue, acknowledged } = this.#options;
		while (this.#dirty) {
			this.#dirty = false;
			const snapshot = queue.snapshot();
			try {
				const written = storage.set(
					storageKey,
					playingRecord(sessionId, snapshot.movesJson, acknowledged()),
				);
				if (written !== undefined) await written;
			} catch (cause) {
				// A full local storage must not keep the moves from the server, which is the safer place.
				this.#options.onFailure(cause);
			}
			snapshot.stored();
			this.#options.onStored();
		}
		this.#writing = null;
	}
}
