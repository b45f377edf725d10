// Goal: a server whose storage is moved away stores nothing there any more, not even what had its
// turn already and only waited for the lock. Method: on each engine a storage is open; the source's
// lock is held, a change is sent, the mark is set, and the change must come to nothing.
import { afterEach, describe, expect, it } from "vitest";
import type { CommitQueue } from "#src/storage/commit-queue.js";
import type { StorageConfig } from "#src/storage/config.js";
import { HISTORY } from "#src/storage/history/history-repo.js";
import { engineOf } from "#src/storage/open.js";
import { DRIVERS, noop, sqliteConfig } from "../../support/drivers.js";

const PATIENCE_MS = 60_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

const configOf = (name: string, place: string): StorageConfig =>
	name === "sqlite" ? sqliteConfig(place) : { engine: "postgres", url: place, testFault: null };

/** A sample of the counters: a change without a session. */
const change = (commits: CommitQueue, place: number, atMs: number): Promise<string> =>
	new Promise((resolve) => {
		const refusal = commits.refusal();
		if (refusal !== null) return resolve(refusal.code);
		commits.begin().push(place, 0, atMs, 0, 0, 0, 0);
		commits.finish(0, null, {
			committed: () => resolve("committed"),
			failed: ({ code }) => resolve(code),
		});
	});

describe.each(DRIVERS)("on $name", { timeout: PATIENCE_MS }, (driver) => {
	async function openHeld() {
		const place = driver.makePlace();
		let lose: (code: string) => void = noop;
		const lost = new Promise<string>((resolve) => {
			lose = resolve;
		});
		const storage = await driver.openStorage(place, { onLost: (code) => lose(code) });
		closing.push(() => storage.close());
		const source = await engineOf(configOf(driver.name, place)).openSource();
		closing.push(() => source.close());
		const [insertSample] = HISTORY.statements;
		if (insertSample === undefined) throw new Error("history writes nothing");
		const sample = storage.statements.placeOf(insertSample);
		expect(await change(storage.commits, sample, 1)).toBe("committed");
		await source.hold();
		return { place, storage, source, sample, lost };
	}

	it("[L3] a change that waited for the lock is not stored after the mark", async () => {
		const { place, storage, source, sample, lost } = await openHeld();
		const waiting = change(storage.commits, sample, 2);
		await new Promise((resolve) => setTimeout(resolve, 200));
		await source.markMoved("elsewhere");
		expect(await waiting).toBe("OUTCOME_UNKNOWN");
		expect(await lost).toBe("STORAGE_MOVED");
		const rows = await driver.look(place, "select at from stats_history");
		expect(rows).toEqual([{ at: 1 }]);
	});

	it("[L3] a source that is let go without a mark goes on", async () => {
		const { storage, source, sample } = await openHeld();
		const waiting = change(storage.commits, sample, 2);
		await source.release();
		expect(await waiting).toBe("committed");
		await storage.commits.drain();
	});

	it("[L3] a source that is held longer than anybody waits is busy, and heals", async () => {
		const { storage, source, sample } = await openHeld();
		expect(await change(storage.commits, sample, 2)).toBe("STORAGE_BUSY");
		await source.release();
		let answer = "";
		while (answer !== "committed") {
			answer = await change(storage.commits, sample, 3);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		await storage.commits.drain();
	});
});
