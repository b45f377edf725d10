import type { SqlRow, SqlValue } from "../driver.js";

/**
 * What a move needs of an engine: to read everything in the order of its keys, to keep writers out
 * for a moment, and to write in batches. Types only; all else in this folder is written once.
 */

/** A table as it is moved. */
export interface TableShape {
	readonly name: string;
	/** The columns that order the rows and tell them apart. */
	readonly key: readonly string[];
	/** All columns, by name. */
	readonly columns: readonly string[];
	/** The list of a select, where it is not just the columns. */
	readonly selection?: string;
}

export type RowKey = readonly SqlValue[];

/** Rows of some sessions, by the name of the table. */
export type SessionRows = ReadonlyMap<string, readonly SqlRow[]>;

/** A storage that is looked at, moved from or moved to. Methods reject by code. */
export interface MovePlace {
	/** A path, or an address without its password. */
	readonly location: string;
	/** Whether a server has it now, as far as it can be told. */
	isServed(): Promise<boolean>;
	/** Every table but views and what the engine has for itself; none: there is no schema. */
	tables(): Promise<readonly TableShape[]>;
	/** For few rows. */
	select(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;
	/** All rows of a table of this name. */
	count(table: string): Promise<number>;
	/** All rows after this key, in order, some at a time; wherever they lie. */
	pages(table: TableShape, after: RowKey | null): AsyncIterable<SqlRow[]>;
	/** The rows of these sessions, as they were at one moment where that matters. */
	sessionRows(tables: readonly TableShape[], keys: readonly number[]): Promise<SessionRows>;
	/** The last log entry of each of these sessions, with its hash, as one text. */
	heads(keys: readonly number[]): Promise<ReadonlyMap<number, string>>;
	bytes(): Promise<number>;
	/** From now on everything is read as it is at this moment. */
	freeze(): Promise<void>;
	close(): Promise<void>;
}

export interface MoveSource extends MovePlace {
	/** Keeps every writer out until `release`; reading goes on, here and elsewhere. */
	hold(): Promise<void>;
	/** While held: notes durably that the data is there from now on, and lets go. */
	markMoved(location: string): Promise<void>;
	/** Lets go, as if nothing had been. */
	release(): Promise<void>;
}

export interface MoveTarget extends MovePlace {
	/** Whether several servers may have it: each gets keys of its own for its new sessions. */
	readonly isShared: boolean;
	/** One durable transaction; what throws takes it back. */
	transaction(work: (writer: MoveWriter) => Promise<void>): Promise<void>;
	/** All of it is on the disk, and a server may open it. `instanceId`: whose data it is now. */
	settle(instanceId: string): Promise<void>;
}

export interface MoveWriter {
	run(sql: string, params?: readonly SqlValue[]): Promise<void>;
	/** `replace`: over rows of the same key; else those are left as they are. */
	put(table: TableShape, rows: readonly SqlRow[], replace: boolean): Promise<void>;
	/** Takes every row of these tables away. */
	clear(tables: readonly string[]): Promise<void>;
	remove(table: TableShape, keys: readonly RowKey[]): Promise<void>;
	removeSessions(table: TableShape, sessionKeys: readonly number[]): Promise<void>;
}

/** How a verb follows what goes on. */
export type TellMove = (progress: {
	readonly step: string;
	readonly done: number;
	readonly total: number;
}) => void;
