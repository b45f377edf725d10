// Goal: the judge of the corruptor notices a salvage that does not look at checksums. Method: the
// check is switched off, a row is damaged, and what comes back is held against what was stored.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { writeMarker } from "#src/storage/sqlite-quarantine.js";
import { exercise } from "./exercise.js";
import { copyGround, DATABASE, type Ground, makeGrounds } from "./ground.js";
import { judge } from "./judge.js";

const look = vi.hoisted(() => ({ isOff: false }));
vi.mock("#src/storage/recovery/row-checksum.js", async (load) => {
	const actual = await load<typeof import("#src/storage/recovery/row-checksum.js")>();
	return {
		matchesChecksum: (...given: Parameters<typeof actual.matchesChecksum>) =>
			look.isOff || actual.matchesChecksum(...given),
	};
});

describe("[B2] a row that does not match its checksum", { timeout: 240_000 }, () => {
	let grounds: Ground[] = [];
	afterAll(() => {
		for (const { directory } of grounds) rmSync(directory, { recursive: true, force: true });
	});

	it("[B2] is left out and told; with the check switched off it is found forged", async () => {
		grounds = await makeGrounds(6);
		const stopped = grounds[1] as Ground;
		const verdictOf = async (isOff: boolean) => {
			look.isOff = isOff;
			const directory = copyGround(stopped, false);
			const path = join(directory, DATABASE);
			const bytes = readFileSync(path);
			bytes.write("PLAYER 17", bytes.indexOf("player 17"));
			writeFileSync(path, bytes);
			writeMarker(databasePaths(path), "A page was found damaged.");
			const { found, told } = await exercise(directory, stopped.truth);
			rmSync(directory, { recursive: true, force: true });
			return judge(stopped.truth, found, told);
		};
		const careful = await verdictOf(false);
		expect(careful).toMatchObject({ silent: [], forged: [], inDoubt: 1 });
		const careless = await verdictOf(true);
		expect(careless.forged).toEqual(["a row of high_scores is another one"]);
	});
});
