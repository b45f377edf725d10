import type {
	CommitOutcome,
	DriverGauges,
	SqlDriver,
	SqlRow,
	WriteBatch,
} from "@savepoint/backend/storage/driver";

const COMMITTED: Promise<CommitOutcome> = Promise.resolve({ kind: "committed", commitMs: 0 });

/**
 * Storage that keeps nothing: what the same server does when no disk and no thread is in the way.
 */
export class NoneDriver implements SqlDriver {
	readonly engine = "none";
	readonly isShared = false;

	async query(): Promise<SqlRow[]> {
		return [];
	}

	commit(_batch: WriteBatch): Promise<CommitOutcome> {
		return COMMITTED;
	}

	gauges(): DriverGauges {
		return { walBytes: 0, tailRows: 0 };
	}

	async close(): Promise<void> {}
}
