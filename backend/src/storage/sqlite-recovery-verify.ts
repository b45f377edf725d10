import { rmSync } from "node:fs";
import { SavepointError } from "../errors.js";
import { FILE_CHECKS } from "./doctor/checks.js";
import { readsOf } from "./doctor/database.js";
import { Findings } from "./doctor/findings.js";
import { SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";

/**
 * Holds a database that a recovery has made to everything that doctor asks. `harmed`: keys of
 * sessions that are known not to verify. Returns what is not as it must be, a sentence each; throws
 * STORAGE_CORRUPT where its pages are damaged.
 */
export async function verifyRecovered(
	path: string,
	harmed: ReadonlySet<number>,
): Promise<string[]> {
	const findings = new Findings(Number.MAX_SAFE_INTEGER);
	const paths = databasePaths(path);
	const database = new SqliteLook(paths);
	try {
		for (const check of FILE_CHECKS)
			await check({
				database,
				reads: readsOf(database),
				findings,
				quick: true,
				sampleSessions: null,
				isServed: false,
				nowMs: 0,
				onProgress: () => undefined,
			});
	} finally {
		database.close();
		for (const trace of [paths.wal, paths.shm]) rmSync(trace, { force: true });
	}
	// A page that is damaged already is no ground to stand on; the rest is told, and served.
	if (findings.damage[0] !== undefined)
		throw new SavepointError(
			"STORAGE_CORRUPT",
			`What was recovered does not verify: ${findings.damage[0]}`,
		);
	return [
		...findings.harmedSessions
			.filter(({ sessionKey }) => !harmed.has(sessionKey))
			.map(
				({ sessionKey, reason }) =>
					`session ${sessionKey} came back and does not verify: ${reason}`,
			),
		...findings.drift.map(({ name }) => `the counter ${name} is not the recount`),
	];
}
