import type { FastifyInstance } from "fastify";
import { buildApp } from "#src/app.js";
import { readConfig, type ServerConfig } from "#src/config.js";
import { noCounters } from "#src/counters.js";
import { SavepointError } from "#src/errors.js";
import { Histogram } from "#src/histogram.js";
import type { Log } from "#src/log.js";
import type { Console } from "#src/operator/console.js";
import { FakeAuthority } from "./fake-authority.js";

export interface FakeApp {
	readonly app: FastifyInstance;
	readonly authority: FakeAuthority;
	/** What was logged, by level. */
	readonly logged: { readonly level: string; readonly fields: unknown; readonly text: string }[];
}

/** A console that is off and knows no notices. */
function closedConsole(): Console {
	const off = async (): Promise<never> => {
		throw new SavepointError("CONSOLE_OFF");
	};
	return {
		signIns: { isOn: false, signIn: off, expiryOf: off, signOut: off, lockedForMs: () => 0 },
		audit: {
			page: off,
			pageOf: off,
			prepare: () => {
				throw new SavepointError("CONSOLE_OFF");
			},
		},
		sessions: { list: off, open: off, log: off, audit: off },
		actions: {
			end: off,
			delete: off,
			backups: () => ({ backups: [] }),
			compare: off,
			restore: off,
		},
		notices: { active: async () => [], all: off, send: off, withdraw: off },
		history: { read: off, start: () => undefined, stop: async () => undefined },
		retention: { start: () => undefined, stop: async () => undefined, undo: off, pass: off },
		backups: { view: off, backUp: off, prove: off },
		quarantine: { view: off },
		storage: {
			read: () => {
				throw new SavepointError("CONSOLE_OFF");
			},
			start: () => undefined,
			stop: () => undefined,
		},
		viewRetention: off,
		overview: off,
		undo: off,
	};
}

/** The HTTP server over an authority in memory, without limits unless a test asks for them. */
export async function makeFakeApp(
	overrides: Partial<ServerConfig> = {},
	pagesDirectory: string | null = null,
): Promise<FakeApp> {
	const authority = new FakeAuthority();
	const logged: FakeApp["logged"] = [];
	const note =
		(level: string) =>
		(fields: unknown, text = "") => {
			logged.push({ level, fields, text });
		};
	const log: Log = {
		debug: note("debug"),
		info: note("info"),
		warn: note("warn"),
		error: note("error"),
		fatal: note("fatal"),
	};
	const app = buildApp({
		authority,
		// Their calls are held against the real storage only.
		highScores: {
			list: async () => [],
			post: async () => {
				throw new SavepointError("SESSION_NOT_FOUND");
			},
		},
		replays: {
			find: async () => {
				throw new SavepointError("REPLAY_NOT_FOUND");
			},
		},
		console: closedConsole(),
		pagesDirectory,
		storage: {
			report: () => ({
				engine: "sqlite",
				location: "/data/savepoint.sqlite",
				file: "/data/savepoint.sqlite",
				trouble: null,
				warnings: [],
				recovery: null,
				harmedSessions: 0,
				gauges: { walBytes: 0, tailRows: 0 },
				commits: {
					batches: 0,
					changes: 0,
					batchSizes: new Histogram([1]),
					commitMs: new Histogram([1]),
					depth: 0,
					heartbeatAgeMs: 0,
					downtimeMs: 0,
					counters: noCounters(),
				},
			}),
		},
		upkeep: { backups: async () => null, quarantined: async () => ({}) },
		config: { ...readConfig({ SAVEPOINT_WRITES_PER_MINUTE: "0" }), ...overrides },
		log,
		clock: Date,
		startedAtMs: Date.now(),
		version: "0.0.0-test",
	});
	await app.ready();
	return { app, authority, logged };
}
