import type { ServerConfig } from "./config.js";
import { SavepointError } from "./errors.js";
import type { Authority } from "./game/answers.js";
import type { Log } from "./log.js";
import type { StorageReport } from "./storage/ports.js";

/** The authority on an open storage. */
export interface Service {
	readonly authority: Authority;
	readonly storage: { report(): StorageReport };
	/** Resolves when the storage had to give up (A2); the process must end and start again. */
	readonly lost: Promise<SavepointError>;
	/** Finishes what is queued, brings the database file up to date and gives up its lock. */
	close(): Promise<void>;
}

export type OpenService = (config: ServerConfig, log: Log) => Promise<Service>;

/** Storage → authority. Throws SavepointError with an exit code when the storage cannot be opened. */
export const openService: OpenService = async () => {
	throw new SavepointError("INTERNAL", "The storage is not wired to the server yet.");
};
