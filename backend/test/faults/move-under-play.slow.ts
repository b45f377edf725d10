// Goal: a million sessions move while some are played on, in constant memory, and the pause is
// short. Method: as move-under-play.test.ts, with as many sessions as MOVE_SESSIONS says; what the
// two moves printed (time, memory, proof) is shown.
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
