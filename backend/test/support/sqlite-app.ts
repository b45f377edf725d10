import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { FastifyInstance } from "fastify";
import { buildApp } from "#src/app.js";
import { readConfig } from "#src/config.js";
import type { Log } from "#src/log.js";
import { openService } from "#src/service.js";

const ignore = () => {};
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

export interface SqliteApp {
	readonly app: FastifyInstance;
	/** Path of the database file. */
	readonly database: string;
	/** Time goes by for the service, at once. */
	readonly skip: (ms: number) => void;
	/** Looks into the database from outside. */
	query(sql: string): Promise<readonly unknown[]>;
	close(): Promise<void>;
}

/**
 * The HTTP server over the real authority and a database of its own, which goes with it; one that
 * `SAVEPOINT_DB_PATH` of the settings names stays.
 */
export async function makeSqliteApp(
	settings: Readonly<Record<string, string>> = {},
): Promise<SqliteApp> {
	const directory = await mkdtemp(join(tmpdir(), "savepoint-http-"));
	const config = readConfig({
		SAVEPOINT_WRITES_PER_MINUTE: "0",
		SAVEPOINT_DB_PATH: join(directory, "sessions.sqlite"),
		...settings,
	});
	let skippedMs = 0;
	const service = await openService(config, silent, () => Date.now() + skippedMs);
	const app = buildApp({
		...service,
		pagesDirectory: null,
		config,
		log: silent,
		clock: Date,
		startedAtMs: Date.now(),
		version: "0.0.0-test",
	});
	await app.ready();
	return {
		app,
		database: config.storage.path,
		skip(ms) {
			skippedMs += ms;
		},
		async query(sql) {
			const database = new Database(config.storage.path, { readonly: true });
			try {
				return database.prepare(sql).all();
			} finally {
				database.close();
			}
		},
		async close() {
			await app.close();
			await service.close();
			await rm(directory, { recursive: true });
		},
	};
}
