// Goal: what only looks may look at a standby, and spare the primary. Method: a primary with real
// standbys; games are stored on the one, and doctor reads the other.
import { expect, test } from "vitest";
import { engineOf } from "#src/storage/open.js";
import { createDatabase } from "#src/storage/postgres-databases.js";
import { POSTGRES } from "../support/drivers.js";
import { move, OpenStore, spawn } from "../support/open-store.js";
import { TestCluster } from "../support/postgres/cluster.js";

test("[P26] a standby that is named alone is examined, and said to be one", async () => {
	const cluster = await TestCluster.start();
	try {
		// 1. A game on the primary, which a standby has when it is answered.
		const { url } = await createDatabase(cluster.urlOf("postgres"), "games");
		const open = await OpenStore.open(POSTGRES, url);
		const { sessionId } = await open.create();
		await open.play(sessionId, [move("1", spawn("a"))]);
		await open.close();
		// 2. Each of the three by itself; a standby shows what it has a moment later.
		const [, hosts = ""] = /@([^/]+)\//.exec(url) ?? [];
		const alone = hosts.split(",").map((host) => url.replace(hosts, host));
		const looks: boolean[] = [];
		for (const one of alone) {
			const engine = engineOf({ engine: "postgres", url: one, testFault: null });
			while ((await engine.readStatistics().catch(() => null))?.counters.started !== 1);
			const report = await engine.examine();
			expect(report).toMatchObject({ verdict: "healthy", sessions: { examined: 1, moves: 1 } });
			if (report.storage.kind === "server") looks.push(report.storage.server?.isStandby ?? false);
		}
		expect(looks).toEqual([false, true, true]);
		// 3. What a newer version would have to change there can be seen, too.
		const standby = engineOf({ engine: "postgres", url: alone[1] ?? "", testFault: null });
		expect((await standby.readMigrationStatus()).refusal).toBeNull();
	} finally {
		await cluster.stop();
	}
});
