import type { Histogram } from "../histogram.js";
import type { CommitReport } from "../storage/ports.js";

/** What the commit path did between two looks at it. */
export interface CommitInterval {
	readonly batchesPerSecond: number;
	/** null: there was no commit. */
	readonly changesPerBatch: number | null;
	readonly syncMsP50: number | null;
	readonly syncMsP99: number | null;
}

type Counted = Pick<CommitReport, "batches" | "changes" | "commitMs">;

interface Look {
	readonly atMs: number;
	readonly batches: number;
	readonly changes: number;
	readonly counts: readonly number[];
}

/**
 * Turns totals that only grow into what happened since the last look. The commit path counts as it
 * always does; the differences cost whoever looks.
 */
export class StorageMeter {
	#last: Look;

	constructor(commits: Counted, nowMs: number) {
		this.#last = lookAt(commits, nowMs);
	}

	read(commits: Counted, nowMs: number): CommitInterval {
		const before = this.#last;
		const now = lookAt(commits, nowMs);
		this.#last = now;
		const batches = now.batches - before.batches;
		const seconds = (nowMs - before.atMs) / 1_000;
		const counts = now.counts.map((count, at) => count - (before.counts[at] ?? 0));
		const { bounds } = commits.commitMs;
		return {
			batchesPerSecond: seconds > 0 ? batches / seconds : 0,
			changesPerBatch: batches > 0 ? (now.changes - before.changes) / batches : null,
			syncMsP50: quantile(bounds, counts, 0.5),
			syncMsP99: quantile(bounds, counts, 0.99),
		};
	}
}

const lookAt = ({ batches, changes, commitMs }: Counted, atMs: number): Look => ({
	atMs,
	batches,
	changes,
	counts: [...commitMs.counts],
});

/**
 * The value below which this share lies, as Prometheus estimates it: evenly spread within its
 * bucket. Beyond the last bound nothing more is known than the bound. null: nothing was counted.
 */
export function quantile(
	bounds: Histogram["bounds"],
	counts: readonly number[],
	share: number,
): number | null {
	const total = counts.reduce((sum, count) => sum + count, 0);
	if (total === 0) return null;
	const rank = share * total;
	let below = 0;
	for (const [at, bound] of bounds.entries()) {
		const here = counts[at] ?? 0;
		if (here > 0 && below + here >= rank) {
			const from = bounds[at - 1] ?? 0;
			return from + ((bound - from) * (rank - below)) / here;
		}
		below += here;
	}
	return bounds.at(-1) ?? null;
}
