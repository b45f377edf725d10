import type { ErrorCode } from "@savepoint/core";

/**
 * The lower storage port: what an engine must do for the rooms above it, and nothing that names
 * one. How to add another: README.md in this folder.
 */

export type SqlValue = string | number | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that the commit path repeats: declared once, prepared once, named by its place. */
export interface WriteStatement {
	/** `$1 … $n`, each once and in order, so that an engine can bind by position. */
	readonly sql: string;
	readonly paramCount: number;
	/** How many rows one run must change; `any` where the statement may find nothing to do. */
	readonly changes: 1 | "any";
}

/**
 * One transaction as one flat list of plain values, because what crosses to the writer is copied
 * and objects cost more there than SQLite does: `statement, group, p1 … pn, statement, group, …`.
 * `statement` is a place in the list of all write statements; `group` is the session key whose
 * change it is, 0 for the batch's own.
 */
export type WriteBatch = SqlValue[];

export type CommitOutcome =
	/** Synced: everything in the batch is on disk. */
	| {
			readonly kind: "committed";
			readonly commitMs: number;
			/** What a heartbeat in the batch has found, where the database's clock tells the time. */
			readonly beat?: { readonly atMs: number; readonly downtimeMs: number } | null;
	  }
	/** Nothing was stored, because of these groups; without them the batch can be tried again. */
	| {
			readonly kind: "rejected";
			readonly groups: readonly number[];
			readonly code: ErrorCode;
			readonly reason: string;
	  }
	/**
	 * Nothing was stored, and nothing can be for now: full, locked, read-only. The driver lives on.
	 */
	| { readonly kind: "unavailable"; readonly code: ErrorCode; readonly reason: string }
	/**
	 * The database went away during the COMMIT: whether the batch is stored is not known (P3). The
	 * driver lives on; what is in memory is to be read again.
	 */
	| { readonly kind: "unsure"; readonly code: ErrorCode; readonly reason: string }
	/** A COMMIT or a sync failed: the outcome is not known and the driver must not be used again. */
	| { readonly kind: "lost"; readonly code: ErrorCode; readonly reason: string };

/** What the disk side of the commit path looks like; for `/health`, doctor and the bench. */
export interface DriverGauges {
	readonly walBytes: number;
	readonly tailRows: number;
}

export interface SqlDriver {
	/** Its name, for reports. */
	readonly engine: string;
	/** Whether other servers may write to the same database. */
	readonly isShared: boolean;
	/**
	 * Reads what is committed and synced, never on the event loop's thread. The caller bounds it by a
	 * LIMIT. Rejects with a SavepointError by code; after STORAGE_CORRUPT the driver is lost.
	 */
	query(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
	/**
	 * One transaction of write statements. At most one call is under way at a time. Never rejects.
	 */
	commit(batch: WriteBatch): Promise<CommitOutcome>;
	gauges(): DriverGauges;
	/**
	 * A copy of the whole database in a new file, made beside running commits, of the moment of its
	 * end; an engine without one has backups of its own. One at a time. Rejects by code.
	 */
	copyTo?(target: string, tell: (done: number, total: number) => void): Promise<void>;
	/** Orderly end: log folded, checkpoint, clean mark, lock released. */
	close(): Promise<void>;
}

/** What one serving process has for itself in a database that several serve. */
export interface ServerSlot {
	/** Of its row of counters. */
	readonly name: string;
	/** Its session keys count upwards from here. */
	readonly lastKey: number;
}

/** A driver whose database other servers write to as well. */
export interface SharedDriver extends SqlDriver {
	readonly isShared: true;
	/** The database's clock, which all servers go by; milliseconds since 1970. */
	now(): number;
	/** Rejects by code. Slots are never given out twice. */
	takeSlot(): Promise<ServerSlot>;
}

/** The driver as one that several servers share, or null. */
export const asShared = (driver: SqlDriver): SharedDriver | null =>
	driver.isShared ? (driver as SharedDriver) : null;

/** What migrations need, on the writer's connection, before it takes batches. */
export interface MigrationDriver {
	/** As in the names of the migrations that are for it alone. */
	readonly engine: string;
	select(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
	/** The script and its record, in one transaction. */
	applyMigration(
		script: string,
		record: { readonly sql: string; readonly params: readonly SqlValue[] },
	): Promise<void>;
	/**
	 * A verified copy of the database; called before existing data is migrated. Resolves to its path.
	 */
	backup?(label: string): Promise<string>;
}
