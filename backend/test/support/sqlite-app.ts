import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { buildApp } from "#src/app.js";
import { readConfig } from "#src/config.js";
import type { Log } from "#src/log.js";
import { openService } from "#src/service.js";

const ignore = () => {};
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

/** The HTTP server over the real authority and a database of its own, which goes with it. */
export async function makeSqliteApp(): Promise<{ app: FastifyInstance; close(): Promise<void> }> {
	const directory = await mkdtemp(join(tmpdir(), "savepoint-http-"));
	const config = readConfig({
		SAVEPOINT_WRITES_PER_MINUTE: "0",
		SAVEPOINT_DB_PATH: join(directory, "sessions.sqlite"),
	});
	const service = await openService(config, silent);
	const app = buildApp({
		authority: service.authority,
		storage: service.storage,
		config,
		log: silent,
		clock: Date,
		startedAtMs: Date.now(),
		version: "0.0.0-test",
	});
	await app.ready();
	return {
		app,
		async close() {
			await app.close();
			await service.close();
			await rm(directory, { recursive: true });
		},
	};
}
