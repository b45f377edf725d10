import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { FastifyInstance } from "fastify";
import { buildApp } from "#src/app.js";
import { readConfig } from "#src/config.js";
import type { Log } from "#src/log.js";
import { openService, type Service } from "#src/service.js";
import { COUNTED } from "#src/storage/doctor/counters-check.js";

const ignore = () => {};
const silent: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

export interface SqliteApp {
	readonly app: FastifyInstance;
	/** Path of the database file. */
	readonly database: string;
	/** Time goes by for the service, at once. */
	readonly skip: (ms: number) => void;
	/** The newest state as a proven backup; its name. */
	backUp(): Promise<string>;
	/** What the command line asks for restores. */
	readonly restorer: Service["restorer"];
	/** What the server does each hour: old sessions are marked, and marks whose time is over go. */
	retain(): Promise<void>;
	/** Whether the counters are those of a recount, by the sessions' rows as they are stored. */
	recount(): Promise<{ stored: unknown; counted: unknown }>;
	/** One statement behind the back of the server. */
	tamper(sql: string): void;
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
	const query = (sql: string): readonly unknown[] => {
		const database = new Database(service.storage.report().location, { readonly: true });
		try {
			return database.prepare(sql).all();
		} finally {
			database.close();
		}
	};
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
		database: service.storage.report().location,
		skip(ms) {
			skippedMs += ms;
		},
		restorer: service.restorer,
		query: async (sql) => query(sql),
		async backUp() {
			return (await service.backups.take({ label: "manual", full: true })).name;
		},
		async retain() {
			await service.console.retention.pass();
		},
		tamper(sql) {
			const database = new Database(service.storage.report().location);
			database.exec(sql);
			database.close();
		},
		async recount() {
			const columns = "started, won, lost, abandoned, stale_ended, latest_completed_at";
			const database = new Database(service.storage.report().location, { readonly: true });
			try {
				// Both of one moment.
				return database.transaction(() => ({
					stored: database.prepare(`select ${columns} from session_stats`).get(),
					counted: database.prepare(COUNTED).get(),
				}))();
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
