import type { ReadOnlyDatabase } from "./database.js";
import type { Findings } from "./findings.js";
import type { Reads } from "./reads.js";
import type { Progress } from "./report.js";

/** What every check is given. */
export interface Examination {
	readonly reads: Reads;
	readonly findings: Findings;
	readonly nowMs: number;
	readonly onProgress: (progress: Progress) => void;
}

/**
 * One question to the database. What it finds goes to `findings`; it throws only what ends it all.
 */
export type Check = (examination: Examination) => Promise<void>;

/** What the checks of a database file are given besides. */
export interface FileExamination extends Examination {
	readonly database: ReadOnlyDatabase;
	/** How many sessions to play again; null: all of them. Checksums of rows are all looked at. */
	readonly sampleSessions: number | null;
	/** Leave out what takes long and seldom finds anything. */
	readonly quick: boolean;
	/** A server writes meanwhile: no transaction may be long. */
	readonly isServed: boolean;
}
