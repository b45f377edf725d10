import { rmSync } from "node:fs";
import { SavepointError } from "../errors.js";
import { CHECKS } from "./doctor/checks.js";
import { Findings } from "./doctor/findings.js";
import { SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";

/**
 * Holds a database that a recovery has made to everything that doctor asks. `harmed`: keys of
 * sessions that are known not to verify. Throws STORAGE_CORRUPT with the first thing that is not as
 * it must be.
 */
export async function verifyRecovered(path: string, harmed: ReadonlySet<number>): Promise<void> {
	const findings = new Findings(Number.MAX_SAFE_INTEGER);
	const paths = databasePaths(path);
	const database = new SqliteLook(paths);
	try {
		for (const check of CHECKS)
			await check({
				database,
				findings,
				quick: true,
				isServed: false,
				nowMs: 0,
				onProgress: () => undefined,
			});
	} finally {
		database.close();
		for (const trace of [paths.wal, paths.shm]) rmSync(trace, { force: true });
	}
	const unknown = findings.harmedSessions.find(({ sessionKey }) => !harmed.has(sessionKey));
	const fault =
		findings.damage[0] ??
		(unknown && `session ${unknown.sessionKey}: ${unknown.reason}`) ??
		findings.drift.map(({ name }) => `the counter ${name} is not the recount`)[0];
	if (fault !== undefined)
		throw new SavepointError("STORAGE_CORRUPT", `What was recovered does not verify: ${fault}`);
}
