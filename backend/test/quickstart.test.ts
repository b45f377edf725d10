// Goal: the quickstart is true. Method: its shell blocks are run in order, in one shell, as a
// reader would paste them, and what they print is held against what the text around them says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, runQuickstart } from "./support/quickstart.js";

const ALL_BLOCKS_MS = 240_000;

describe("the quickstart, block by block", () => {
	const data = mkdtempSync(join(tmpdir(), "savepoint-quickstart-"));
	let block: Awaited<ReturnType<typeof runQuickstart>>;

	beforeAll(async () => {
		block = await runQuickstart("sh", {
			...process.env,
			PORT: String(await freePort()),
			SAVEPOINT_DB_PATH: join(data, "savepoint.sqlite"),
		});
	}, ALL_BLOCKS_MS);
	afterAll(() => rmSync(data, { recursive: true, force: true }));

	it("[U1] starts to JSON at /health", () => {
		expect(JSON.parse(block("export PORT"))).toMatchObject({ status: "ok" });
	});

	it("[U1] games go on over kill -9, and the statistics agree with what the bots saw", () => {
		const played = JSON.parse(block("npm start")) as Record<string, number>;
		expect(played).toMatchObject({ games: 20, unfinished: 0, disagreements: [] });
		const stats = JSON.parse(block('curl -s "$URL/api/sessions/stats"')) as Record<string, number>;
		expect(stats).toMatchObject({ startedCount: 20, endedCount: 20, activeCount: 0 });
		expect([stats["wonCount"], stats["lostCount"]]).toEqual([played["won"], played["lost"]]);
	});

	it("[J3] doctor finds what is stored healthy beside the live server", () => {
		expect(block("npx savepoint stats")).toMatch(/healthy/i);
	});

	it("[U1] a session survives a restart, and a repeated call counts once", () => {
		const session = JSON.parse(block('curl -s "$URL/api/sessions/$SESSION"\n'));
		expect(session).toMatchObject({ status: "active", seq: 1 });
		expect(session.artifacts).toHaveLength(1);
		expect(block("curl -si")).toMatch(/idempotency-replayed: true/i);
		const log = JSON.parse(block('curl -s "$URL/api/sessions/$SESSION/moves"'));
		expect(log.moves).toHaveLength(1);
	});

	it("[U1] crashtest finds nothing lost", () => {
		expect(block("npx savepoint crashtest")).toMatch(
			/acknowledged \d+ · lost 0 · duplicated 0 · drift 0/,
		);
	});
});
