import type { SessionStanding } from "@savepoint/core";
import { describe, expect, it } from "vitest";
import { LoneChanges } from "#src/storage/lone-changes.js";
import { QuarantineDirectory } from "#src/storage/quarantined/quarantine-directory.js";
import { quarantinedParams, settleQuarantined } from "#src/storage/quarantined/quarantined-rows.js";
import { DRIVERS } from "../../support/drivers.js";

/**
 * Goal: the list and the counts of what was set aside are the same on every engine. Method: a
 * register of some sessions, written by the statement that repairs use, read page by page.
 */
const START_MS = Date.UTC(2026, 10, 25);

describe.each(DRIVERS)("$name: sessions that were set aside", (kit) => {
	it("[O42] [O44] come last noticed first, and are counted by how they stand", async () => {
		const storage = await kit.openStorage(kit.makePlace());
		const { driver, statements, commits } = storage;
		const directory = new QuarantineDirectory(driver);
		expect(await directory.page(null, 10)).toEqual([]);
		expect(await directory.counts()).toEqual({});

		const rows: readonly [key: number, afterMs: number, standing: SessionStanding][] = [
			[4, 1, "cut"],
			[9, 2, "harmed"],
			[2, 2, "harmed"],
			[7, 3, "whole"],
		];
		const writer = new LoneChanges(commits);
		for (const [sessionKey, afterMs, standing] of rows) {
			const params = quarantinedParams({
				sessionKey,
				noticedAtMs: START_MS + afterMs,
				standing,
				reason: "a test",
				keptMoves: 2,
				lost: standing === "cut" ? { fromSeq: 3, toSeq: 5 } : null,
				rebuiltAtMs: null,
				evidence: "[]",
			});
			await writer.write([{ place: statements.placeOf(settleQuarantined), params }]);
		}

		const seen: number[] = [];
		let cursor: string | null = null;
		for (;;) {
			const page = await directory.page(cursor, 1);
			const [line] = page;
			if (line === undefined) break;
			seen.push(line.sessionKey);
			cursor = line.cursor;
		}
		expect(seen).toEqual([7, 9, 2, 4]);
		const all = await directory.page("not a cursor of ours", 10);
		expect(all.at(-1)).toEqual({
			cursor: `${START_MS + 1}.4`,
			sessionKey: 4,
			sessionId: null,
			noticedAtMs: START_MS + 1,
			standing: "cut",
			reason: "a test",
			keptMoves: 2,
			lost: { fromSeq: 3, toSeq: 5 },
			rebuiltAtMs: null,
		});
		expect(await directory.counts()).toEqual({ cut: 1, harmed: 2, whole: 1 });
		await commits.drain();
		await storage.close();
	});
});
