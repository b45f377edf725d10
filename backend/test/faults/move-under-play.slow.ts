// Goal: a storage moves while it is played on, in constant memory, and nothing that was
// acknowledged is lost. Method: real servers, the real program, players with a synced ledger; the
// move is killed -9 at three of its steps and goes on; then it goes all the way back. Every
// acknowledged move is looked for. MOVE_SESSIONS says how many sessions (3000 take a minute); what
// the two moves printed (time, memory, proof) is shown.
import { expect, inject, it } from "vitest";
import { POSTGRES } from "../support/drivers.js";
import { makeDatabase } from "../support/postgres/kit.js";
import { killServers } from "../support/server-process.js";
import { testDirectory } from "../support/storage.js";
import { moveUnderPlay } from "./move-under-play.js";

const SESSIONS = Number(process.env["MOVE_SESSIONS"] ?? 1_000_000);
const PATIENCE_MS = 3_600_000;
const MEMORY_BYTES_MAX = 600 * 1024 * 1024;

it(
	`[L1, L2, L3] ${SESSIONS} sessions under play, killed three times, there and back`,
	async () => {
		expect(inject("postgresUrl")).not.toBe("");
		const directory = await testDirectory();
		const databaseUrl = POSTGRES.makePlace();
		await makeDatabase(databaseUrl);
		try {
			const report = await moveUnderPlay({
				directory: directory.path,
				databaseUrl,
				sessions: SESSIONS,
				active: Math.ceil(SESSIONS / 100),
				players: 12,
				killsAt: ["copying sessions", "proving packed_logs", "proving archived_sessions"],
				say: (line) => console.log(line),
			});
			const { acknowledged, kills, findings, doctor } = report;
			console.log(
				JSON.stringify({ acknowledged, kills, findings: findings.length, doctor: doctor.verdict }),
			);
			expect(report).toMatchObject({ kills: 3, findings: [], unexpected: [] });
			expect(report.doctor).toMatchObject({ verdict: "healthy", drift: [], damage: [] });
			for (const { proof, memoryPeakBytes } of report.moves) {
				expect(proof.isEqual).toBe(true);
				expect(memoryPeakBytes).toBeLessThan(MEMORY_BYTES_MAX);
			}
		} finally {
			await killServers();
			await directory.remove();
		}
	},
	PATIENCE_MS,
);
