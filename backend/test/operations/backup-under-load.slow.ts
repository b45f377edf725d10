// Goal: a backup does not hold up the players. Method: players play as fast as their moves are
// saved, in one run, in turns with a backup (copy and proof) under way and without one; what a move
// waits for its sync is compared.
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takeBackup } from "#src/operations/take-backup.js";
import { fill, percentile, startLoad } from "../support/load.js";
import { openTestStorage, testDirectory } from "../support/storage.js";

const SESSIONS = Number(process.env["LOAD_SESSIONS"] ?? 20_000);
const MOVES = 40;
const PLAYERS = 32;
const TURNS = 5;
/** Where a move waits longer with a backup than without one. */
const RATIO_MAX = 1.5;

it("[B1] 99 of 100 moves wait at most half as long again while a backup is made", async () => {
	const directory = await testDirectory();
	const path = join(directory.path, "savepoint.sqlite");
	const { store, storage, close } = await openTestStorage(path);
	await fill(store, SESSIONS, MOVES);
	const load = startLoad(store, PLAYERS);
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	const [quiet, busy, tooks]: [number[][], number[][], number[]] = [[], [], []];
	for (let turn = 0; turn < TURNS; turn += 1) {
		load.take();
		const startedAtMs = performance.now();
		const entry = await takeBackup({
			directory: join(directory.path, "backups"),
			label: "manual",
			source: path,
			copyTo: (target, tell) => storage.driver.copyTo?.(target, tell) as Promise<void>,
			full: false,
			now: Date.now,
		});
		expect(entry.manifest.proof?.problems).toEqual([]);
		tooks.push(performance.now() - startedAtMs);
		busy.push(load.take());
		await new Promise((resolve) => setTimeout(resolve, tooks.at(-1)));
		quiet.push(load.take());
	}
	await load.stop();
	await close();
	const [without, beside] = [quiet.flat(), busy.flat()];
	const row = (name: string, waits: number[]) =>
		`${name}: ${waits.length} moves, p50 ${percentile(waits, 0.5).toFixed(2)} ms, p99 ${percentile(
			waits,
			0.99,
		).toFixed(2)} ms, max ${percentile(waits, 1).toFixed(1)} ms`;
	const ratio = percentile(beside, 0.99) / percentile(without, 0.99);
	console.log(
		[
			`${SESSIONS} sessions, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB; backups took ${tooks
				.map((tookMs) => (tookMs / 1000).toFixed(1))
				.join(", ")} s`,
			row("without a backup", without),
			row("with a backup   ", beside),
			`p99 ratio ${ratio.toFixed(2)}`,
		].join("\n"),
	);
	await directory.remove();
	expect(ratio).toBeLessThanOrEqual(RATIO_MAX);
});
