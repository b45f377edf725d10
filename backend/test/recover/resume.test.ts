// Goal: a recovery that is cut off at any point is finished by the next start, once, and told.
// Method: real processes that recover are killed at different moments; and a recovery that cannot
// write its notice leaves everything for the next.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examine } from "#src/storage/sqlite-doctor.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { readMarker, writeMarker } from "#src/storage/sqlite-quarantine.js";
import { readNotice } from "#src/storage/sqlite-recovery-notice.js";
import { openTestStorage } from "../support/storage.js";
import { copyGames, type StoredGames, storeGames } from "../support/stored-games.js";

const FIXTURE = fileURLToPath(new URL("./fixture-start.mjs", import.meta.url));
const SESSIONS = 12;

let games: StoredGames;
const copies: StoredGames[] = [];
beforeAll(async () => {
	games = await storeGames(SESSIONS);
}, 60_000);
afterAll(async () => {
	for (const copy of [...copies, games]) await copy.remove();
});

async function marked(): Promise<StoredGames> {
	const copy = await copyGames(games);
	copies.push(copy);
	writeMarker(databasePaths(copy.database), "A page was found damaged.");
	return copy;
}

/** Kills a start as soon as `isReached`; resolves to whether it was still under way. */
function killWhen(database: string, isReached: () => boolean): Promise<boolean> {
	const child = spawn(process.execPath, [FIXTURE, database], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	return new Promise((resolve) => {
		const look = (): void => {
			if (child.exitCode !== null) return;
			if (isReached()) child.kill("SIGKILL");
			else setImmediate(look);
		};
		child.stdout.once("data", look);
		child.once("close", (_, signal) => resolve(signal === "SIGKILL"));
	});
}

async function expectFinished({ database }: StoredGames): Promise<void> {
	const { storage, close } = await openTestStorage(database);
	const { recovery } = storage.report();
	await close();
	expect(recovery?.outcome).toMatch(
		new RegExp(`^${SESSIONS} sessions .* Nothing is known to be lost`),
	);
	const paths = databasePaths(database);
	expect(readMarker(paths)).toBeNull();
	expect(readdirSync(paths.quarantineDirectory)).toHaveLength(1);
	expect(readdirSync(paths.directory).filter((name) => /salvage|rebuilt|copy/.test(name))).toEqual(
		[],
	);
	expect(await examine(database)).toMatchObject({
		verdict: "healthy",
		sessions: { examined: SESSIONS, harmed: 0 },
	});
}

describe("[B2] a recovery that is cut off", { timeout: 120_000 }, () => {
	const moments: [when: string, isReached: (paths: ReturnType<typeof databasePaths>) => boolean][] =
		[
			["while it moves files", (paths) => existsSync(paths.quarantineDirectory)],
			["when all has moved", (paths) => readMarker(paths)?.step === "moved"],
			["while it salvages", (paths) => existsSync(`${paths.database}.salvage`)],
			["while it writes the new database", (paths) => existsSync(`${paths.database}.rebuilt`)],
			["when the notice stands", (paths) => existsSync(paths.notice)],
		];
	for (const [when, isReached] of moments)
		it(`[B2] by kill -9, ${when}: the next start finishes it, once, and tells of it`, async () => {
			const copy = await marked();
			const paths = databasePaths(copy.database);
			expect(await killWhen(copy.database, () => isReached(paths))).toBe(true);
			await expectFinished(copy);
		});

	it("[B2] for want of a notice: nothing has its name yet, and the marker stays", async () => {
		const copy = await marked();
		const paths = databasePaths(copy.database);
		mkdirSync(paths.notice);
		await expect(openTestStorage(copy.database)).rejects.toMatchObject({
			code: "STORAGE_NOT_A_FILE",
		});
		expect(readMarker(paths)?.step).toBe("moved");
		expect(existsSync(paths.database)).toBe(false);
		rmSync(paths.notice, { recursive: true });
		expect(readNotice(paths)).toBeNull();
		await expectFinished(copy);
	});
});
