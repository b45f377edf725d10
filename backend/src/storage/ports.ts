import type { ErrorCode } from "@savepoint/core";
import type { SessionResult, SessionState } from "@savepoint/core";
import type { DriverGauges } from "./driver.js";

/**
 * The upper storage port, in the words of the domain: what the authority in `game/` may ask of a
 * storage and what it may rely on. Types only. `session-repo.ts` implements it once, over any driver.
 */

/** What the authority must know of a stored session to play on; `state` is rebuilt from its moves. */
export interface StoredSession {
	readonly key: number;
	readonly id: string;
	readonly state: SessionState;
	readonly terrainJson: string;
	readonly startedAtMs: number;
	readonly endedAtMs: number | null;
	/** Sum of all downtime when it started; its clock subtracts what came after. */
	readonly downtimeBaseMs: number;
	/** Entries in its log. */
	readonly seq: number;
	readonly headHash: string;
	/** Largest play time of any logged move. */
	readonly lastPlayTimeMs: number;
	/** The log's keyed entries, for exactly-once. */
	readonly keyed: ReadonlyMap<string, KeyedEntry>;
	readonly snapshotSeq: number;
}

/** What is remembered of a move that had an id, so that a resend gets the first answer again. */
export interface KeyedEntry {
	readonly seq: number;
	/** Type and payload as logged: another body under the same key is told apart by it. */
	readonly fingerprint: string;
	readonly refusal: ErrorCode | null;
	readonly recordedAtMs: number;
	readonly score: number;
	readonly remaining: number;
	readonly deposited: number;
	readonly result: SessionResult | null;
	readonly stateHash: string;
}

/** Why the storage takes no writes now, or null while it does. */
export interface StorageTrouble {
	readonly code: ErrorCode;
	readonly reason: string;
}

export interface StorageReport {
	readonly engine: string;
	readonly location: string;
	readonly trouble: StorageTrouble | null;
	readonly warnings: readonly string[];
	/** Loud report of a recovery at start, for `/health` and the log; null when nothing had to be recovered. */
	readonly recovery: RecoveryReport | null;
	readonly gauges: DriverGauges;
}

export interface RecoveryReport {
	readonly at: string;
	/** What was wrong, in one sentence. */
	readonly reason: string;
	/** Where the damaged files were moved, whole; null when there was nothing to move (a deleted database). */
	readonly quarantine: string | null;
	/** What came back and what did not, in one sentence. */
	readonly outcome: string;
}
