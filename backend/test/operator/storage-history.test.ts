import type { StorageHistory } from "@savepoint/core";
import { describe, expect, it, vi } from "vitest";
import { noCounters } from "#src/counters.js";
import { Histogram } from "#src/histogram.js";
import { STORAGE_COARSE_EVERY, STORAGE_FINE_MS, STORAGE_FINE_POINTS_MAX } from "#src/limits.js";
import { Ring } from "#src/operator/ring.js";
import { StorageHistoryBook } from "#src/operator/storage-history.js";
import { quantile, StorageMeter } from "#src/operator/storage-meter.js";
import { PASSWORD, signInTo } from "../support/operator.js";
import { makeSqliteApp } from "../support/sqlite-app.js";
import { SILENT } from "../support/storage.js";

/**
 * Goal: the storage over time tells of each interval what happened in it, in bounded memory.
 * Method: a commit path that a test counts up, a clock that it moves; and once the real server.
 */
class CommitPath {
	batches = 0;
	changes = 0;
	depth = 0;
	walBytes = 0;
	readonly commitMs = new Histogram([1, 2, 4]);

	commit(changes: number, tookMs: number): void {
		this.batches += 1;
		this.changes += changes;
		this.commitMs.observe(tookMs);
	}

	report() {
		const { batches, changes, depth, walBytes, commitMs } = this;
		const commits = {
			batches,
			changes,
			depth,
			commitMs,
			batchSizes: new Histogram([1]),
			heartbeatAgeMs: 0,
			downtimeMs: 0,
			counters: noCounters(),
		};
		return { commits, gauges: { walBytes, tailRows: 0 } };
	}
}

describe("the storage over time", () => {
	const openBook = () => {
		const path = new CommitPath();
		const at = { nowMs: 1_000_000 };
		const book = new StorageHistoryBook({
			report: () => path.report(),
			diskUse: async () => ({ databaseBytes: 4_096, freeBytes: 1_000 }),
			vitals: () => ({ eventLoopMsP99: 0.5, memoryBytes: 7 }),
			log: SILENT,
			now: () => at.nowMs,
		});
		const pass = (): void => {
			at.nowMs += STORAGE_FINE_MS;
			book.sample();
		};
		return { path, book, pass };
	};

	it("[O43] is empty at first, and says since when it is kept", () => {
		const { book } = openBook();
		for (const span of ["hour", "day"] as const)
			expect(book.read(span)).toMatchObject({
				at: [],
				walBytes: [],
				since: "1970-01-01T00:16:40.000Z",
			});
	});

	it("[O43] tells of each interval alone what was committed in it", async () => {
		const { path, book, pass } = openBook();
		path.commit(9, 4);
		pass();
		for (let commits = 0; commits < 10; commits += 1) path.commit(3, 0.5);
		path.depth = 4;
		pass();
		pass();
		const { batchesPerSecond, changesPerBatch, syncMsP50, syncMsP99, queueDepth } =
			book.read("hour");
		expect(batchesPerSecond).toEqual([0.2, 2, 0]);
		expect(changesPerBatch).toEqual([9, 3, null]);
		// The slow one of the first interval is not in the second.
		expect(syncMsP99).toEqual([3.98, 0.99, null]);
		expect(syncMsP50).toEqual([3, 0.5, null]);
		expect(queueDepth).toEqual([0, 4, 4]);
	});

	it("[O43] keeps an hour of short intervals and a day of long ones, with peaks", async () => {
		const { path, book, pass } = openBook();
		for (let at = 0; at < STORAGE_FINE_POINTS_MAX + 12; at += 1) {
			path.walBytes = at % STORAGE_COARSE_EVERY === 3 ? 99 : 1;
			path.commit(1, 1);
			pass();
		}
		const hour = book.read("hour");
		const day = book.read("day");
		expect(hour.at).toHaveLength(STORAGE_FINE_POINTS_MAX);
		expect(day.at).toHaveLength((STORAGE_FINE_POINTS_MAX + 12) / STORAGE_COARSE_EVERY);
		expect(new Set(day.walBytes)).toEqual(new Set([99]));
		expect(new Set(day.batchesPerSecond)).toEqual(new Set([0.2]));
		expect(hour.at).toEqual(hour.at.toSorted((a, b) => a - b));
		expect(hour.at.at(-1)).toBe(day.at.at(-1));
	});

	it("[O43] leaves out what cannot be read, and goes on", () => {
		vi.useFakeTimers();
		try {
			let isOutOfFiles = true;
			const path = new CommitPath();
			const book = new StorageHistoryBook({
				report: () => path.report(),
				diskUse: () => Promise.reject(new Error("EMFILE")),
				vitals: () => {
					if (isOutOfFiles) throw new Error("EMFILE");
					return { eventLoopMsP99: 0.5, memoryBytes: 7 };
				},
				log: SILENT,
				now: Date.now,
			});
			book.start();
			vi.advanceTimersByTime(2 * STORAGE_FINE_MS);
			expect(book.read("hour").at).toEqual([]);
			isOutOfFiles = false;
			vi.advanceTimersByTime(STORAGE_FINE_MS);
			expect(book.read("hour")).toMatchObject({ memoryBytes: [7], freeBytes: [null] });
			book.stop();
			vi.advanceTimersByTime(9 * STORAGE_FINE_MS);
			expect(book.read("hour").at).toHaveLength(1);
		} finally {
			vi.useRealTimers();
		}
	});

	it("[O43] is the same in the server, in columns of one length", async () => {
		const server = await makeSqliteApp({ SAVEPOINT_ADMIN_PASSWORD: PASSWORD });
		const operator = await signInTo(server.app);
		for (const span of ["hour", "day"]) {
			const history = await operator.read<StorageHistory>(`/storage-history?span=${span}`);
			const columns = Object.values(history).filter((value) => Array.isArray(value));
			expect(columns).toHaveLength(11);
			expect(new Set(columns.map((column) => column.length)).size).toBe(1);
			expect(Date.parse(history.since)).toBeLessThanOrEqual(Date.now());
		}
		const wrong = await operator.read("/storage-history?span=year");
		expect(wrong).toHaveProperty("code", "BAD_REQUEST");
		await server.close();
	});
});

describe("a percentile of counts by size", () => {
	it("[O43] lies within its bucket, at the last bound beyond it, nowhere without a count", () => {
		expect(quantile([1, 2, 4], [0, 0, 0, 0], 0.5)).toBeNull();
		expect(quantile([1, 2, 4], [10, 0, 0, 0], 0.5)).toBe(0.5);
		expect(quantile([1, 2, 4], [0, 0, 10, 0], 0.5)).toBe(3);
		expect(quantile([1, 2, 4], [0, 0, 0, 5], 0.99)).toBe(4);
		expect(quantile([1, 2, 4], [98, 0, 2, 0], 0.99)).toBe(3);
	});

	it("[O43] a meter whose clock stands still divides by nothing", () => {
		const path = new CommitPath();
		const meter = new StorageMeter(path.report().commits, 5);
		path.commit(1, 1);
		expect(meter.read(path.report().commits, 5).batchesPerSecond).toBe(0);
	});
});

describe("a ring", () => {
	it("[O43] has the last values, oldest first", () => {
		const ring = new Ring<number>(3);
		expect(ring.values()).toEqual([]);
		for (const value of [1, 2]) ring.push(value);
		expect(ring.values()).toEqual([1, 2]);
		for (const value of [3, 4, 5]) ring.push(value);
		expect(ring.values()).toEqual([3, 4, 5]);
	});
});
