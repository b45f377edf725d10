// Goal: a few damaged pages of a large database cost the sessions that lay on them and no others,
// without any backup. Method: a database of 10,000 pages, made by the server's own statements, of
// which ten are overwritten; what came back is held against what was stored, session by session.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { writeMarker } from "#src/storage/sqlite-quarantine.js";
import { fillPages } from "./bulk-games.js";
import { exercise } from "./exercise.js";
import { DATABASE, readTruth, type Truth } from "./ground.js";
import { judge } from "./judge.js";

const PAGES = 10_000;
const DAMAGED = 10;
const PAGE = 4096;

describe("[B2] ten damaged pages of 10,000", () => {
	const directory = mkdtempSync(join(tmpdir(), "savepoint-pages-"));
	const database = join(directory, DATABASE);
	let truth: Truth;

	beforeAll(async () => {
		await fillPages(database, PAGES);
		copyFileSync(database, `${database}.read`);
		truth = readTruth(`${database}.read`);
	}, 600_000);
	afterAll(() => rmSync(directory, { recursive: true, force: true }));

	const damages: [what: string, page: (number: number) => number][] = [
		["side by side, in the middle", (number) => PAGES / 2 + number],
		["spread over the file", (number) => 500 + number * 950],
	];
	for (const [what, page] of damages)
		it(`[B2] ${what}: at least 95 % come back whole, and the rest is told`, async () => {
			const copy = mkdtempSync(join(tmpdir(), "savepoint-pages-"));
			copyFileSync(database, join(copy, DATABASE));
			const bytes = readFileSync(join(copy, DATABASE));
			for (let number = 0; number < DAMAGED; number += 1)
				bytes.fill(0xa5, (page(number) - 1) * PAGE, page(number) * PAGE);
			writeFileSync(join(copy, DATABASE), bytes);
			// As it is marked by the first read of such a page.
			writeMarker(databasePaths(join(copy, DATABASE)), "A page was found damaged.");
			const done = await exercise(copy, { ...truth, sessions: new Map() });
			const verdict = judge(truth, done.found, done.told);
			const share = verdict.sessions.whole / verdict.sessions.all;
			console.log(
				`${what}: ${Math.floor(bytes.length / PAGE)} pages, ${verdict.sessions.all} sessions; whole ` +
					`${verdict.sessions.whole} (${(100 * share).toFixed(3)} %), cut or kept ` +
					`${verdict.sessions.cut}, gone ${verdict.sessions.gone}; named ${verdict.named}, in doubt ` +
					`${verdict.inDoubt}, silent ${verdict.silent.length}, forged ${verdict.forged.length}; ` +
					`built in ${done.told.findings?.tookMs} ms`,
			);
			expect(verdict).toMatchObject({ silent: [], forged: [] });
			expect(share).toBeGreaterThanOrEqual(0.95);
			rmSync(copy, { recursive: true });
		}, 900_000);
});
