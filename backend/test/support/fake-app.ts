import type { FastifyInstance } from "fastify";
import { buildApp } from "#src/app.js";
import { readConfig, type ServerConfig } from "#src/config.js";
import { SavepointError } from "#src/errors.js";
import type { Log } from "#src/log.js";
import { FakeAuthority } from "./fake-authority.js";

export interface FakeApp {
	readonly app: FastifyInstance;
	readonly authority: FakeAuthority;
	/** What was logged, by level. */
	readonly logged: { readonly level: string; readonly fields: unknown; readonly text: string }[];
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
		pagesDirectory,
		storage: {
			report: () => ({
				engine: "sqlite",
				location: "/data/savepoint.sqlite",
				trouble: null,
				warnings: [],
				recovery: null,
				gauges: { walBytes: 0, tailRows: 0 },
			}),
		},
		config: { ...readConfig({ SAVEPOINT_WRITES_PER_MINUTE: "0" }), ...overrides },
		log,
		clock: Date,
		startedAtMs: Date.now(),
		version: "0.0.0-test",
	});
	await app.ready();
	return { app, authority, logged };
}
