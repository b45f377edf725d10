// Goal: a storage moves while it is played on, and nothing that was acknowledged is lost. Method:
// real servers, the real program, players with a synced ledger; the move is killed -9 at three of
// its steps and goes on; then it goes all the way back. Every acknowledged move is looked for.
import { afterEach, beforeEach, expect, it } from "vitest";
import { POSTGRES } from "../support/drivers.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { killServers } from "../support/server-process.js";
import { testDirectory } from "../support/storage.js";
import { moveUnderPlay } from "./move-under-play.js";

const PATIENCE_MS = 300_000;
const MOVED = 79;

let directory: Awaited<ReturnType<typeof testDirectory>>;
beforeEach(async () => {
	directory = await testDirectory();
});
afterEach(async () => {
	await killServers();
	await directory.remove();
});

// The last of the kills comes while the source is held.
it(
	"[L2, L3] under play, killed three times, there and back: nothing is lost",
	async () => {
		const databaseUrl = POSTGRES.makePlace();
		await makeDatabase(databaseUrl);
		const report = await moveUnderPlay({
			directory: directory.path,
			databaseUrl,
			sessions: 3_000,
			active: 100,
			players: 6,
			killsAt: ["copying sessions", "proving moves", "proving archived_sessions"],
		});
		expect(report).toMatchObject({ kills: 3, findings: [], unexpected: [] });
		expect(report.ends.map(({ code }) => code)).toEqual([MOVED, MOVED]);
		for (const { proof } of report.moves) expect(proof.isEqual).toBe(true);
		expect(report.acknowledged).toBeGreaterThan(100);
		expect(report.doctor).toMatchObject({ verdict: "healthy", drift: [], damage: [] });
	},
	PATIENCE_MS,
);
