import type { TestProject } from "vitest/node";
import { startPostgres } from "./embedded.js";

declare module "vitest" {
	export interface ProvidedContext {
		/** Of a PostgreSQL whose databases the tests may make and drop; without a database's name. */
		readonly postgresUrl: string;
	}
}

/**
 * One PostgreSQL for the whole run: the one that `TEST_DATABASE_URL` names, or a real one that the
 * dev dependency brings along.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
	const given = process.env["TEST_DATABASE_URL"];
	if (given !== undefined && given !== "") {
		project.provide("postgresUrl", given.replace(/\/[^/]*$/, ""));
		return async () => undefined;
	}
	const server = await startPostgres();
	project.provide("postgresUrl", server.url);
	return () => server.stop();
}
