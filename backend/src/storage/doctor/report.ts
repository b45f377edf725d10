import type { ErrorCode } from "@savepoint/core";
import type { StorageState } from "./storage-state.js";

export interface ExamineOptions {
	/**
	 * No comparison with freshly drawn levels, and of a database file SQLite's quick check instead
	 * of its full one.
	 */
	readonly quick?: boolean;
	/** How many harmed sessions the report names; it counts all. */
	readonly harmedListMax?: number;
	readonly now?: () => number;
}

export interface ExamineHooks {
	readonly onProgress?: (progress: Progress) => void;
}

/** What doctor found. `--json` prints exactly this. */
export interface DoctorReport<Storage extends StorageState = StorageState> {
	/** harmed: something does not verify. unreadable: it could not be looked at. */
	readonly verdict: "healthy" | "harmed" | "unreadable";
	/** A path, or an address without its password. */
	readonly database: string;
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly tookMs: number;
	readonly quick: boolean;
	readonly unreadable: { readonly code: ErrorCode; readonly reason: string } | null;
	readonly sessions: Readonly<SessionTally>;
	/** Sessions whose log was played again: all of them, or a sample. */
	readonly replayed: number;
	/** The first ones; `sessions.harmed` counts all. */
	readonly harmedSessions: readonly HarmedSession[];
	readonly counters: readonly CounterComparison[];
	/** Those of `counters` that differ. */
	readonly drift: readonly CounterComparison[];
	/** What is wrong with the database as a whole, a sentence each. */
	readonly damage: readonly string[];
	/** Worth knowing, and nothing that harms. */
	readonly notes: readonly string[];
	readonly storage: Storage;
}

export interface SessionTally {
	examined: number;
	active: number;
	ended: number;
	moves: number;
	artifacts: number;
	harmed: number;
}

export interface HarmedSession {
	/** null where not even its id can be read. */
	readonly sessionId: string | null;
	readonly sessionKey: number;
	readonly reason: string;
	/** Every move before it verifies. null where it is not one move that is bad. */
	readonly firstBadMove: number | null;
}

/** Times are milliseconds since 1970; null: there was none. */
export interface CounterComparison {
	readonly name: string;
	readonly stored: number | null;
	readonly counted: number | null;
}

export interface Progress {
	/** What is being looked at now, for people. */
	readonly step: string;
	readonly done: number;
	readonly total: number;
}
