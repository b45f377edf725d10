import type { BackupJob } from "@savepoint/core";

/** What is told of backups while the server runs. Types only; times in ms since 1970. */

/** What is under way, whoever asked for it. */
export interface BackupWork {
	readonly kind: BackupJob;
	/** The name of the backup that is proven; null: a new one is made. */
	readonly backup: string | null;
	readonly startedAtMs: number;
	/** null: it has only just begun. */
	readonly progress: {
		/** For people. */
		readonly step: string;
		readonly done: number;
		readonly total: number;
	} | null;
}

/** For the metrics and the console. null: never. */
export interface BackupGauges {
	readonly backups: number;
	readonly newestAtMs: number | null;
	/** When the newest proven backup was made, and when a backup was last proven by a restore. */
	readonly newestProvenAtMs: number | null;
	readonly lastProofAtMs: number | null;
	readonly lastTookMs: number | null;
	readonly failures: number;
	/** What failed last and why, or that the list cannot be read; null once one has succeeded. */
	readonly problem: string | null;
	/** The schedule should have made a proven one by now, and has not. */
	readonly isOverdue: boolean;
	/** All of this that an operator must hear of, a sentence each. */
	readonly alarms: readonly string[];
	readonly work: BackupWork | null;
}
