import type { ErrorCode } from "@savepoint/core";
import type { Counters } from "../counters.js";
import type { Log } from "../log.js";
import { CommitQueue } from "./commit-queue.js";
import type { StorageConfig } from "./config.js";
import { Downtime } from "./downtime.js";
import { asShared, type SqlDriver } from "./driver.js";
import type { DriverParts, Engine } from "./engine.js";
import { StatementList, type StorageModule } from "./module.js";
import { MODULES } from "./modules.js";
import type { CommitReport, SessionRepository, StorageReport } from "./ports.js";
import { postgresEngine } from "./postgres-engine.js";
import { QuarantineRegister } from "./quarantined/register.js";
import { readCounters, readServiceState, updateCounters, updateHeartbeat } from "./service-rows.js";
import { SessionRepo } from "./session-repo.js";
import { sqliteEngine } from "./sqlite-engine.js";
import { clockWarnings } from "./start-warnings.js";

/** An open storage: what the composition root hands to the authority. */
export interface Storage {
	readonly sessions: SessionRepository;
	readonly commits: CommitQueue;
	/** For the repositories of other modules. */
	readonly driver: SqlDriver;
	readonly statements: StatementList;
	/** See `ServiceState`. */
	readonly generation: number;
	/** The clock of everything that is stored: this machine's, or that of a shared database. */
	readonly now: () => number;
	/** The statistics of the service, over all servers, as of the last sync. Rejects by code. */
	readCounters(): Promise<Readonly<Counters>>;
	report(): StorageReport;
	/** Tells other processes on this machine where the server that holds the storage answers. */
	announce(address: string): void;
	/** After the commit queue has drained. */
	close(): Promise<void>;
}

export interface StorageOpening {
	readonly config: StorageConfig;
	readonly log: Log;
	/** Not given: this machine's clock, or that of a database that several servers share. */
	readonly now?: (() => number) | undefined;
	/** Nothing more may be written: stop with the code's exit code and start again. Called once. */
	readonly onLost: (code: ErrorCode, reason: string) => void;
	/** The verb that holds the lock, for the message that others get; not given: serve. */
	readonly what?: string;
	/** The kinds of data to keep; all of `modules.ts` where none are given. */
	readonly modules?: readonly StorageModule[];
}

/** The only place that chooses an engine. */
export function engineOf(config: StorageConfig): Engine {
	switch (config.engine) {
		case "sqlite":
			return sqliteEngine(config);
		case "postgres":
			return postgresEngine(config);
	}
}

/** Configuration → open storage. Rejects with a code of the catalogue. */
export async function openStorage(opening: StorageOpening): Promise<Storage> {
	const { modules = MODULES } = opening;
	const statements = new StatementList(modules);
	// What a driver loses, the queue must hear first: its waiters are told before the process is
	// stopped.
	let queue: CommitQueue | null = null;
	const onLost: StorageOpening["onLost"] = (code, reason) =>
		queue === null ? opening.onLost(code, reason) : queue.lose(code, reason);
	const parts = await engineOf(opening.config).openDriver({
		...opening,
		modules,
		statements,
		onLost,
	});
	try {
		const storage = await assembleStorage({ ...opening, onLost: opening.onLost }, parts);
		queue = storage.commits;
		return storage;
	} catch (error) {
		await parts.driver.close();
		throw error;
	}
}

/** The rooms above a driver, the same for every engine. */
export async function assembleStorage(
	opening: StorageOpening,
	parts: DriverParts,
): Promise<Storage> {
	const { driver, statements } = parts;
	const shared = asShared(driver);
	const now = opening.now ?? (shared === null ? Date.now : () => shared.now());
	const slot = (await shared?.takeSlot()) ?? null;
	const service = await readServiceState(driver, slot);
	const clock = shared === null ? clockWarnings(service.heartbeatAtMs, now()) : [];
	for (const warning of clock) opening.log.warn(warning);
	const commits = new CommitQueue({
		driver,
		places: {
			heartbeat: statements.placeOf(updateHeartbeat),
			counters: statements.placeOf(updateCounters),
		},
		counters: service.counters,
		...(shared !== null &&
			slot !== null && { slot: slot.name, renewSlot: () => shared.takeSlot() }),
		downtime: new Downtime(service),
		now,
		onLost: opening.onLost,
		onTrouble: (trouble) => {
			if (trouble === null) opening.log.info("storage takes writes again");
			else opening.log.error({ code: trouble.code }, trouble.reason);
		},
		answerBeforeCommit: opening.config.testFault === "answer-before-commit",
	});
	const sessions = new SessionRepo(driver, statements, service.lastSessionKey);
	const register = new QuarantineRegister({ statements, commits, now });
	sessions.onHarmed = (sessionKey, reason, row) => {
		if (register.note(sessionKey, reason, row))
			opening.log.error({ sessionKey, reason }, "a session does not verify and was set aside");
	};
	return {
		sessions,
		commits,
		driver,
		statements,
		generation: service.generation,
		now,
		readCounters: async () => (shared === null ? commits.counters : readCounters(driver)),
		announce: parts.announce,
		report: () => ({
			engine: driver.engine,
			location: parts.location,
			file: parts.file,
			trouble: commits.trouble,
			warnings: [...parts.warnings, ...clock],
			recovery: parts.recovery,
			gauges: driver.gauges(),
			harmedSessions: register.count,
			commits: commitReport(commits, now()),
		}),
		close: () => driver.close(),
	};
}

function commitReport(commits: CommitQueue, nowMs: number): CommitReport {
	const { batches, writes, batchSizes, commitMs } = commits.gauges;
	return {
		batches,
		changes: writes,
		batchSizes,
		commitMs,
		depth: commits.depth,
		heartbeatAgeMs: commits.heartbeatAgeMsAt(nowMs),
		downtimeMs: commits.downtimeMsAt(nowMs),
		counters: commits.counters,
	};
}
