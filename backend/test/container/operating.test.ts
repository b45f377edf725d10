// Goal: the container blocks of the pages for operators are true. Method: they are run as they
// stand, with a data directory and a port of their own.
import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { composeCommand } from "../../../scripts/lib/compose.mjs";
import { freePort, runDocument } from "../support/quickstart.js";
import { dataDirectory, IMAGE_UID } from "./compose.js";

const command = composeCommand();
if (command === null)
	console.log("No container engine answers: the container blocks for operators are skipped.");

const BUILD_MS = 600_000;

describe.skipIf(command === null)("operating in a container", { timeout: BUILD_MS }, () => {
	const data = dataDirectory(IMAGE_UID);
	afterAll(() => rmSync(data, { recursive: true, force: true }));

	it("[J4] deploying and upgrading: healthy, and backed up", async () => {
		const port = await freePort();
		const env = {
			...process.env,
			COMPOSE_PROJECT_NAME: `savepoint-operating-${process.pid}`,
			SAVEPOINT_DATA: data,
			SAVEPOINT_PORT: String(port),
		};
		// Where compose is a plugin, the name that the text uses is a function.
		const name = command?.length === 2 ? 'docker-compose() { docker compose "$@"; }\n' : "";
		const block = await runDocument("docs/operating/deploying.md", "sh container", {
			env,
			before: name,
		});
		expect(block("mkdir")).toContain('{"status":"ok"}');
		expect(block("docker-compose exec")).toMatch(/Healthy[\s\S]*proven/);
		const down = 'trap "docker-compose down --rmi local" EXIT\n';
		await runDocument("docs/operating/upgrading.md", "sh container", { env, before: name + down });
	});
});
