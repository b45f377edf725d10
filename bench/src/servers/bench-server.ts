import { randomInt } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { buildApp } from "@savepoint/backend/app";
import { readConfig } from "@savepoint/backend/config";
import { openConsole } from "@savepoint/backend/console-service";
import { SavepointError } from "@savepoint/backend/errors";
import { SessionStore } from "@savepoint/backend/game/session-store";
import { newId } from "@savepoint/backend/ids";
import { openPublic } from "@savepoint/backend/service";
import { StatementList } from "@savepoint/backend/storage/module";
import { MODULES } from "@savepoint/backend/storage/modules";
import { assembleStorage, openStorage, type Storage } from "@savepoint/backend/storage/open";
import type { Commits } from "@savepoint/backend/storage/ports";
import { NoneDriver } from "./none-driver.js";
import { PerRequestCommits } from "./per-request-commits.js";
import { PerRequestTransactions } from "./per-request-transactions.js";
import { isVariant, type ServerReport, type Variant } from "./variants.js";

/**
 * One variant of the server in a process of its own: `node bench-server.js <variant>`, the
 * database's path in SAVEPOINT_DB_PATH. Tells its parent the port; between "measure" and "measured"
 * it watches how late its event loop runs; on "report" it says so, and ends.
 */

/** Of the timer that measures the delay; taken off again, so that an idle loop shows none. */
const RESOLUTION_MS = 1;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: console.error, error: console.error, fatal: quiet };

async function open(variant: Variant, env: NodeJS.ProcessEnv): Promise<[Storage, Commits]> {
	const config = readConfig(env);
	const opening = {
		config: config.storage,
		log,
		onLost: (code: string, reason: string) => {
			console.error(code, reason);
			process.exit(1);
		},
	};
	if (variant !== "keeps-nothing") {
		const storage = await openStorage(opening);
		if (variant === "durable") return [storage, storage.commits];
		const { statements, commits } = storage;
		const { storage: where } = config;
		const perRequest =
			where.engine === "postgres"
				? new PerRequestTransactions(where.url, statements, commits)
				: new PerRequestCommits(where.path, statements, commits);
		return [storage, perRequest];
	}
	const statements = new StatementList(MODULES);
	const storage = await assembleStorage(opening, {
		driver: new NoneDriver(),
		statements,
		location: "nowhere",
		file: null,
		recovery: null,
		warnings: [],
		announce: quiet,
	});
	return [storage, storage.commits];
}

const variant = process.argv[2] ?? "";
if (!isVariant(variant)) throw new Error(`unknown variant ${variant}`);
const env = {
	...process.env,
	SAVEPOINT_WRITES_PER_MINUTE: "0",
	SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: "0",
	PORT: "0",
};
const [storage, commits] = await open(variant, env);
const config = readConfig(env);
const authority = new SessionStore({
	repository: storage.sessions,
	commits,
	log,
	now: storage.now,
	newId,
	newSeed: () => randomInt(2 ** 32),
	localDay: () => 0,
});
const noBackups = async (): Promise<never> => {
	throw new SavepointError("BACKUP_NOT_FOUND");
};
const app = buildApp({
	authority,
	...openPublic(storage, log, storage.now),
	console: openConsole({
		config,
		storage,
		backups: null,
		report: storage.report,
		authority,
		live: authority,
		deeds: authority.deeds,
		restores: { choices: () => [], compare: noBackups, restore: noBackups, undo: noBackups },
		onHidden: quiet,
		forgetReplay: quiet,
		log,
		now: storage.now,
	}),
	upkeep: { backups: async () => null, quarantined: async () => ({}) },
	pagesDirectory: null,
	storage,
	config,
	log,
	clock: Date,
	startedAtMs: Date.now(),
	version: "bench",
});
await app.listen({ port: 0, host: "127.0.0.1" });
const address = app.server.address();
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.on("message", (message: string) => {
	if (message === "measure") {
		delay.reset();
		delay.enable();
		return;
	}
	if (message === "measured") {
		delay.disable();
		return;
	}
	const { batches, writes, commitMsTotal } = storage.commits.gauges;
	const report: ServerReport = {
		loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
		writesPerBatch: batches === 0 ? 0 : writes / batches,
		commitMs: batches === 0 ? 0 : commitMsTotal / batches,
	};
	process.send?.(report, () => process.exit(0));
});
// The bench is gone, or gave this server up.
process.on("disconnect", () => process.exit(1));
process.send?.({ port: typeof address === "object" ? address?.port : null });
