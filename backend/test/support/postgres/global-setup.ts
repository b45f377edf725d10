import type { TestProject } from "vitest/node";
import { startPostgres, type TestPostgres } from "./embedded.js";

declare module "vitest" {
	export interface ProvidedContext {
		/** Of a PostgreSQL whose databases the tests may make and drop; without a database's name. */
		readonly postgresUrl: string;
	}
}

let server: TestPostgres | null = null;

/**
 * One PostgreSQL for the whole run: the one that `TEST_DATABASE_URL` names, or a real one that the
 * dev dependency brings along.
 */
export async function setup(project: TestProject): Promise<void> {
	const given = process.env["TEST_DATABASE_URL"];
	if (given !== undefined && given !== "") {
		project.provide("postgresUrl", given.replace(/\/[^/]*$/, ""));
		return;
	}
	server = await startPostgres();
	project.provide("postgresUrl", server.url);
}

export async function teardown(): Promise<void> {
	await server?.stop();
}
