// Goal: a full disk costs nothing that was acknowledged, leaves reading alone and heals by itself.
// Method: strace answers the writes of the log with ENOSPC for a while.
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { killServers, startServer } from "../support/server-process.js";
import { HttpClient } from "./http-client.js";
import { Ledger } from "./ledger.js";
import { expectAllThere, makePaths, SPOTLESS } from "./oracle.js";
import { Player } from "./player.js";
import { injecting, straceMissing } from "./strace.js";

describe.skipIf(straceMissing !== null)("[F3] a full disk", { timeout: 60_000 }, () => {
	afterEach(killServers);

	it("[F3] refuses writes with the reason, answers reads, and heals by itself", async () => {
		const paths = makePaths();
		const log = join(paths.directory, "trace.txt");
		// Each try writes one frame's header and fails there: eight tries, two a second.
		const under = injecting(log, "pwrite64:error=ENOSPC:when=400..408", paths.wal);
		const server = startServer({ database: paths.database, under });
		const url = await server.listening();
		const http = new HttpClient(url);
		const ledger = new Ledger();
		const player = new Player(http, ledger);
		// 1. Full, in the middle of a game.
		const refused = await player.untilFailure();
		expect(refused).toMatchObject({
			failed: { status: 503, body: { code: "STORAGE_FULL" }, headers: { "retry-after": "1" } },
		});
		const health = await http.call("GET", "/health");
		expect(health).toMatchObject({ status: 503, body: { code: "STORAGE_FULL" } });
		expect(await http.call("GET", "/health/live")).toMatchObject({ status: 200 });
		const [sessionId = ""] = ledger.sessionIds;
		for (const path of [`/api/sessions/${sessionId}`, "/api/sessions/stats", "/api/system/stats"])
			expect(await http.call("GET", path)).toMatchObject({ status: 200 });
		expect(await ledger.verify(http)).toMatchObject(SPOTLESS);
		expect(ledger.acknowledged.size).toBeGreaterThan(10);
		expect(await player.resend(http)).toMatchObject({ failed: { status: 503 } });
		// 2. It heals by itself; what was refused is sent again and counts once.
		while ((await http.call("GET", "/health"))?.status !== 200)
			await new Promise((resolve) => setTimeout(resolve, 100));
		expect(await player.resend(http)).toBeNull();
		expect(await player.game()).toBeNull();
		expect(await ledger.verify(http)).toMatchObject(SPOTLESS);
		expect(server.err).toContain("storage takes writes again");
		// 3. And it is all there after a kill.
		await server.kill();
		await expectAllThere(paths.database, { ledger, players: [player], failures: [] });
	});
});
