import type { ErrorCode } from "@savepoint/core";

/**
 * The lower storage port: what an engine must do for the rooms above it, and nothing that names one.
 * `sqlite.ts` implements it over better-sqlite3. A driver that fits is short: see README.md here.
 */

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that the hot path repeats. Declared once, prepared once, named by its place afterwards. */
export interface WriteStatement {
	/** `$1 … $n`, each named once and in order, so that engines can bind by position. */
	readonly sql: string;
	readonly paramCount: number;
	/** How many rows one run must change; `any` where the statement may find nothing to do. */
	readonly changes: 1 | "any";
}

/**
 * One transaction as one flat list of plain values, because what crosses to the writer is copied and
 * objects cost more than SQLite does: `statement, group, p1 … pn, statement, group, …`. `statement` is
 * the place in the driver's list, `group` the session key whose change it is, 0 for the batch's own.
 */
export type WriteBatch = SqlValue[];

export type CommitOutcome =
	/** Synced: everything in the batch is on disk. */
	| { readonly kind: "committed"; readonly syncMs: number }
	/** Nothing was stored, because of these groups; without them the batch can be tried again. */
	| { readonly kind: "rejected"; readonly groups: readonly number[]; readonly code: ErrorCode }
	/** Nothing was stored, and nothing can be for now: full, locked, read-only. The driver lives on. */
	| { readonly kind: "unavailable"; readonly code: ErrorCode; readonly message: string }
	/** A COMMIT or a sync failed: the outcome is not known and the driver must not be used again. */
	| { readonly kind: "lost"; readonly code: ErrorCode; readonly message: string };

/** Facts about the engine; the rooms above ask these and never the engine's name. */
export interface DriverFacts {
	readonly engine: "sqlite" | "none" | "postgres";
	/** Moves are appended to `move_tail` and folded into `moves` later; else they go to `moves` at once. */
	readonly hasMoveTail: boolean;
}

/** What the commit path looks like from outside; for `/health`, doctor and the bench. */
export interface DriverGauges {
	readonly walBytes: number;
	readonly tailRows: number;
}

export interface SqlDriver {
	readonly facts: DriverFacts;
	/** Reads what is committed and synced, off the event loop. Bounded: the caller gives a LIMIT. */
	query(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
	/** One transaction of prepared writes; at most one call is under way at a time. Never rejects. */
	commit(batch: WriteBatch): Promise<CommitOutcome>;
	/** Moves what is in the tail to where it can be read by session. After it, `query` sees all moves. */
	foldTail(): Promise<void>;
	gauges(): DriverGauges;
	/** Orderly end: tail folded, checkpoint, clean mark, lock released. */
	close(): Promise<void>;
}

/** What migrations need, on the writer's connection, before it takes batches. */
export interface MigrationDriver {
	readonly engine: "sqlite" | "postgres";
	select(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
	/** The script and its record, in one transaction. */
	applyMigration(script: string, record: { sql: string; params: readonly SqlValue[] }): Promise<void>;
	/** A verified copy of the database, made before existing data is migrated; null where none is due. */
	backup?(label: string): Promise<string>;
}
