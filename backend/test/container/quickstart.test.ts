// Goal: the quickstart's blocks for containers are true. Method: they are run as they stand, with
// a data directory and a port of their own.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeCommand } from "../../../scripts/lib/compose.mjs";
import { freePort, runQuickstart } from "../support/quickstart.js";
import { dataDirectory, IMAGE_UID } from "./compose.js";

const command = composeCommand();
if (command === null)
	console.log("No container engine answers: the quickstart's container blocks are skipped.");

const BUILD_MS = 600_000;

describe.skipIf(command === null)("the quickstart in a container", { timeout: BUILD_MS }, () => {
	const data = dataDirectory(IMAGE_UID);
	let block: Awaited<ReturnType<typeof runQuickstart>>;

	beforeAll(async () => {
		// Where compose is a plugin, the name that the text uses is a function.
		const name = command?.length === 2 ? 'docker-compose() { docker compose "$@"; }\n' : "";
		block = await runQuickstart(
			"sh container",
			{
				...process.env,
				COMPOSE_PROJECT_NAME: `savepoint-quickstart-${process.pid}`,
				SAVEPOINT_DATA: data,
				SAVEPOINT_PORT: String(await freePort()),
			},
			name,
		);
	}, BUILD_MS);
	afterAll(() => rmSync(data, { recursive: true, force: true }));

	it("[U2] stats are equal after container and image are gone, and the session plays on", () => {
		const before = JSON.parse(block('curl -s "$URL/api/sessions/stats"', 0));
		expect(before).toMatchObject({ startedCount: 5, endedCount: 4, activeCount: 1 });
		expect(JSON.parse(block('curl -s "$URL/api/sessions/stats"', 1))).toEqual(before);
		expect(JSON.parse(block("curl -s -X POST"))).toMatchObject({ seq: 1, durable: true });
	});
});
