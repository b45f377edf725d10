import type { FileSystem } from "../file-system.js";

/** What the database stands on, as found without changing it. */
export type StorageState = FileStorage | ServerStorage;

/** A database in a file of this machine. */
export interface FileStorage {
	readonly kind: "file";
	/** null where it gave no answer. */
	readonly fileSystem: FileSystem | null;
	/** Bytes; null where there is no such file. */
	readonly files: Readonly<Record<"database" | "wal" | "shm" | "reserve", number | null>>;
	readonly wal: WalState;
	readonly instance: InstanceSummary;
	readonly lock: LockState;
	/** Names in the quarantine directory. */
	readonly quarantined: readonly string[];
	/** Why the next start will set the database aside; null: it will not. */
	readonly markedDamaged: string | null;
	/** Only once the database could be opened. */
	readonly pragmas: PragmaState | null;
}

/** A database of a database server: its files, pages and logs are that server's own affair. */
export interface ServerStorage {
	readonly kind: "server";
	/** null where it did not answer. */
	readonly server: ServerFacts | null;
}

export interface ServerFacts {
	/** As it says itself. */
	readonly version: string;
	/** A standby shows what has reached it so far. */
	readonly isStandby: boolean;
	/**
	 * What decides whether a commit outlives a crash, as the database has it for whoever asks for
	 * nothing else.
	 */
	readonly settings: Readonly<Record<string, string>>;
	/** The newest migration that was applied; null: none was. */
	readonly schemaVersion: number | null;
	/** With its indexes. */
	readonly databaseBytes: number;
	/** Of counters, one for each process that ever served; null where there is no schema yet. */
	readonly slots: number | null;
	/** Other connections of ours to this database now: servers, and verbs. */
	readonly connections: number;
}

export interface WalState {
	readonly kind: "absent" | "empty" | "sound" | "damaged" | "unreadable";
	readonly frames: number;
	/** Those of them that SQLite will apply. */
	readonly committedFrames: number;
	readonly reason: string | null;
}

export interface InstanceSummary {
	/** The state that the file names, or why it names none. */
	readonly state: string;
	readonly instanceId: string | null;
}

export interface LockState {
	readonly held: boolean;
	readonly owner: LockHolder | null;
	/** Whether the process that the owner file names is alive; null where it names none. */
	readonly ownerAlive: boolean | null;
}

export interface LockHolder {
	readonly pid: number;
	readonly startedAt: string;
	readonly what: string;
	readonly address?: string;
}

export interface PragmaState {
	/** Of doctor's own connection; journal_mode is the file's. */
	readonly found: Readonly<Record<string, string | number>>;
	/** What a server sets on the connection that writes. */
	readonly writer: Readonly<Record<string, string | number>>;
}
