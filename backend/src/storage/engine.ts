import type { ErrorCode } from "@savepoint/core";
import { activeCount, type Counters, endedCount } from "../counters.js";
import type { Log } from "../log.js";
import type { DoctorReport, ExamineHooks, ExamineOptions } from "./doctor/report.js";
import type { StorageState } from "./doctor/storage-state.js";
import type { SqlDriver } from "./driver.js";
import type { MigrationStatus } from "./migration-status.js";
import type { StatementList, StorageModule } from "./module.js";
import type { MovePlace, MoveSource, MoveTarget } from "./move/ports.js";
import type { RecoveryReport } from "./ports.js";

/**
 * Everything that an engine is to the rooms above, for one storage; `open.ts` chooses it. Nothing
 * is opened or asked before a method is called. All reject by code.
 */
export interface Engine {
	/** A path, or an address without its password. */
	readonly location: string;
	openDriver(opening: DriverOpening): Promise<DriverParts>;
	/**
	 * Says what does not verify; changes nothing, beside running servers or without any. Never
	 * rejects for what it finds: what cannot be read at all is in the report.
	 */
	examine(options?: ExamineOptions, hooks?: ExamineHooks): Promise<DoctorReport>;
	/** The counters as last synced, over all servers; changes nothing. */
	readStatistics(): Promise<StoredStatistics>;
	/** Every migration of this version and of the database; changes nothing. */
	readMigrationStatus(): Promise<MigrationStatus>;
	/** Applies what is pending, as a server's start does. Rejects as that does. */
	migrateUp(log: Log): Promise<MigrateUpReport>;
	/** To look at for a move, without changing anything; null where there is no database. */
	lookAt(): Promise<MovePlace | null>;
	/**
	 * Rejects with STORAGE_MISSING where there is nothing, MOVE_REFUSED where the schema is not this
	 * version's, and as a start does where it cannot be opened.
	 */
	openSource(): Promise<MoveSource>;
	/** Makes what is not there, for this process alone; rejects as a start does. */
	openTarget(): Promise<MoveTarget>;
}

export interface DriverOpening {
	readonly log: Log;
	readonly modules: readonly StorageModule[];
	readonly statements: StatementList;
	/** See `StorageOpening`. */
	readonly now?: (() => number) | undefined;
	readonly onLost: (code: ErrorCode, reason: string) => void;
	readonly what?: string;
}

/** An open driver and what it has to say; the rest of a storage is the same for every engine. */
export interface DriverParts {
	readonly driver: SqlDriver;
	readonly statements: StatementList;
	readonly location: string;
	/** See `StorageReport`. */
	readonly file: string | null;
	readonly recovery: RecoveryReport | null;
	readonly warnings: readonly string[];
	readonly announce: (address: string) => void;
}

export interface StoredStatistics {
	readonly database: string;
	readonly counters: Counters;
	readonly activeCount: number;
	readonly endedCount: number;
	readonly storage: StorageState;
}

export const storedStatistics = (
	database: string,
	counters: Counters,
	storage: StorageState,
): StoredStatistics => ({
	database,
	counters,
	activeCount: activeCount(counters),
	endedCount: endedCount(counters),
	storage,
});

export interface MigrateUpReport {
	readonly database: string;
	readonly applied: readonly { readonly version: number; readonly name: string }[];
	readonly warnings: readonly string[];
	readonly recovery: RecoveryReport | null;
}
