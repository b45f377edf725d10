import { BACKUPS_KNOWN_MS } from "../limits.js";
import { type BackupEntry, readBackups } from "../storage/backups/catalogue.js";

/**
 * What lies in the directory of the backups, for whoever asks often: metrics, console. It may be on
 * a slow or a distant disk, so it is read off the event loop's thread, once for all who ask at the
 * same time, and not again for a few seconds.
 */
export class BackupShelf {
	readonly #directory: string;
	readonly #now: () => number;
	#read: { readonly atMs: number; entries: Promise<BackupEntry[]>; isDone: boolean } | null = null;

	constructor(directory: string, now: () => number) {
		this.#directory = directory;
		this.#now = now;
	}

	/** Newest first. Rejects as `readBackups`. */
	entries(): Promise<BackupEntry[]> {
		const nowMs = this.#now();
		const last = this.#read;
		// A disk that does not answer is asked once, not by everybody.
		if (last !== null && (!last.isDone || Math.abs(nowMs - last.atMs) < BACKUPS_KNOWN_MS))
			return last.entries;
		const read = { atMs: nowMs, entries: readBackups(this.#directory), isDone: false };
		this.#read = read;
		read.entries.then(
			() => {
				read.isDone = true;
			},
			// A failure is not remembered: the next one looks again.
			() => {
				if (this.#read === read) this.#read = null;
			},
		);
		return read.entries;
	}

	/** Something was made, proven or taken away. */
	forget(): void {
		this.#read = null;
	}
}
