// Goal: a server never reads from nor writes to a standby, which is a little behind and stays so;
// what only looks may. Method: a real primary with two real standbys, each named alone, and then
// before the primary in one address; then another one is promoted than the one that was met.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineOf } from "#src/storage/open.js";
import { PostgresDriver } from "#src/storage/postgres.js";
import { createDatabase } from "#src/storage/postgres-databases.js";
import { postgresCode } from "#src/storage/postgres-errors.js";
import { POSTGRES } from "../support/drivers.js";
import { move, OpenStore, spawn } from "../support/open-store.js";
import { TestCluster } from "../support/postgres/cluster.js";

let cluster: TestCluster;
beforeAll(async () => {
	cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster.stop());

const IS_STANDBY = "select pg_is_in_recovery()::int as yes";
/** Two rounds of all three. */
const FEW = 6;

/** Whom the questions met until one was answered by a server that takes writes. */
async function askUntilPrimary(
	driver: PostgresDriver,
	questionsMax = Number.POSITIVE_INFINITY,
): Promise<Set<unknown>> {
	const met = new Set<unknown>();
	for (let asked = 0; asked < questionsMax && !met.has("primary"); asked += 1)
		met.add(
			await driver.query(IS_STANDBY).then(
				([row]) => (row?.["yes"] === 1 ? "standby" : "primary"),
				(error: unknown) => postgresCode(error),
			),
		);
	return met;
}

describe("a primary among its standbys", { timeout: 60_000 }, () => {
	it("[P26] a standby that is named alone is examined, and said to be one", async () => {
		// 1. A game on the primary, which a standby shows a moment after it was answered.
		const { url } = await createDatabase(cluster.urlOf("postgres"), "games");
		const open = await OpenStore.open(POSTGRES, url);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		await open.close();
		// 2. Each of the three by itself.
		const looks: boolean[] = [];
		for (const name of ["s0", "s1", "s2"] as const) {
			const alone = cluster.urlOf("games", [name]);
			const engine = engineOf({ engine: "postgres", url: alone, testFault: null });
			while ((await engine.readStatistics().catch(() => null))?.counters.started !== 1);
			const report = await engine.examine();
			expect(report).toMatchObject({ verdict: "healthy", sessions: { examined: 1, moves: 1 } });
			if (report.storage.kind === "server") looks.push(report.storage.server?.isStandby ?? false);
			expect((await engine.readMigrationStatus()).refusal).toBeNull();
		}
		expect(looks).toEqual([false, true, true]);
	});

	it("[P22] no question is answered by a standby, before a failover nor after", async () => {
		const url = cluster.urlOf("postgres", ["s1", "s2", "s0"]);
		const driver = new PostgresDriver({ engine: "postgres", url, testFault: null }, null);
		try {
			expect(await askUntilPrimary(driver, FEW)).toEqual(new Set(["STORAGE_AWAY", "primary"]));
			await cluster.killPrimary();
			expect(await askUntilPrimary(driver, FEW)).toEqual(new Set(["STORAGE_AWAY"]));
			await cluster.promote();
			expect(await askUntilPrimary(driver)).not.toContain("standby");
		} finally {
			await driver.close();
		}
	});
});
