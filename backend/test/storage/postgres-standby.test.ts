// Goal: a server never reads from nor writes to a standby, which is a little behind and stays so.
// Method: a real primary with two real standbys, which come first in the address; then another one
// is promoted than the one that was met.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connections, connect, select } from "#src/storage/postgres-connection.js";
import { postgresCode } from "#src/storage/postgres-errors.js";
import { TestCluster } from "../support/postgres/cluster.js";

let cluster: TestCluster;
beforeAll(async () => {
	cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster.stop());

const IS_STANDBY = "select pg_is_in_recovery() as yes";
/** Two rounds of all three. */
const FEW = 6;

/** Whom the questions met until one was answered by a server that takes writes. */
async function askUntilPrimary(
	connections: Connections,
	questionsMax = Number.POSITIVE_INFINITY,
): Promise<Set<unknown>> {
	const met = new Set<unknown>();
	for (let asked = 0; asked < questionsMax && !met.has("primary"); asked += 1)
		met.add(
			await select(connections, IS_STANDBY).then(
				([row]) => (row?.["yes"] === true ? "standby" : "primary"),
				(error: unknown) => postgresCode(error),
			),
		);
	return met;
}

describe("a primary among its standbys", { timeout: 60_000 }, () => {
	it("[P22] no question is answered by a standby, before a failover nor after", async () => {
		const url = cluster.urlOf("postgres", ["s1", "s2", "s0"]);
		const connections = connect({ url, synchronousCommit: "on", max: 1 });
		try {
			expect(await askUntilPrimary(connections, FEW)).toEqual(new Set(["STORAGE_AWAY", "primary"]));
			await cluster.killPrimary();
			expect(await askUntilPrimary(connections, FEW)).toEqual(new Set(["STORAGE_AWAY"]));
			await cluster.promote();
			expect(await askUntilPrimary(connections)).not.toContain("standby");
		} finally {
			await connections.end({ timeout: 0 });
		}
	});
});
