import type { ErrorCode } from "@savepoint/core";
import type { Log } from "../log.js";
import { CommitQueue } from "./commit-queue.js";
import type { StorageConfig } from "./config.js";
import { Downtime } from "./downtime.js";
import type { SqlDriver } from "./driver.js";
import { StatementList, type StorageModule } from "./module.js";
import { MODULES } from "./modules.js";
import type { CommitReport, RecoveryReport, SessionRepository, StorageReport } from "./ports.js";
import { QuarantineRegister } from "./quarantined/register.js";
import { readServiceState, updateCounters, updateHeartbeat } from "./service-rows.js";
import { SessionRepo } from "./session-repo.js";
import { openSqlite } from "./sqlite.js";
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
	report(): StorageReport;
	/** Tells other processes on this machine where the server that holds the storage answers. */
	announce(address: string): void;
	/** After the commit queue has drained. */
	close(): Promise<void>;
}

export interface StorageOpening {
	readonly config: StorageConfig;
	readonly log: Log;
	readonly now: () => number;
	/** Nothing more may be written: stop with the code's exit code and start again. Called once. */
	readonly onLost: (code: ErrorCode, reason: string) => void;
	/** The verb that holds the lock, for the message that others get; not given: serve. */
	readonly what?: string;
	/** The kinds of data to keep; all of `modules.ts` where none are given. */
	readonly modules?: readonly StorageModule[];
}

/**
 * Configuration → open storage: the only place that chooses an engine. Rejects with a code of the
 * catalogue.
 */
export async function openStorage(opening: StorageOpening): Promise<Storage> {
	const { modules = MODULES } = opening;
	const statements = new StatementList(modules);
	// What a driver loses, the queue must hear first: its waiters are told before the process is
	// stopped.
	let queue: CommitQueue | null = null;
	const onLost: StorageOpening["onLost"] = (code, reason) =>
		queue === null ? opening.onLost(code, reason) : queue.lose(code, reason);
	const opened = await openSqlite({ ...opening, modules, statements, onLost });
	try {
		const storage = await assembleStorage(opening, {
			driver: opened.driver,
			statements,
			location: opening.config.path,
			recovery: opened.recovery,
			warnings: opened.warnings,
			announce: (address) => opened.driver.describe(address),
		});
		queue = storage.commits;
		return storage;
	} catch (error) {
		await opened.driver.close();
		throw error;
	}
}

/** The rooms above a driver, the same for every engine. */
export async function assembleStorage(
	opening: StorageOpening,
	parts: {
		readonly driver: SqlDriver;
		readonly statements: StatementList;
		readonly location: string;
		readonly recovery: RecoveryReport | null;
		readonly warnings: readonly string[];
		readonly announce: (address: string) => void;
	},
): Promise<Storage> {
	const { driver, statements } = parts;
	const service = await readServiceState(driver);
	const clock = clockWarnings(service.heartbeatAtMs, opening.now());
	for (const warning of clock) opening.log.warn(warning);
	const commits = new CommitQueue({
		driver,
		places: {
			heartbeat: statements.placeOf(updateHeartbeat),
			counters: statements.placeOf(updateCounters),
		},
		counters: service.counters,
		downtime: new Downtime(service),
		now: opening.now,
		onLost: opening.onLost,
		onTrouble: (trouble) => {
			if (trouble === null) opening.log.info("storage takes writes again");
			else opening.log.error({ code: trouble.code }, trouble.reason);
		},
		answerBeforeCommit: opening.config.testFault === "answer-before-commit",
	});
	const sessions = new SessionRepo(driver, statements, service.lastSessionKey);
	const register = new QuarantineRegister({ statements, commits, now: opening.now });
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
		announce: parts.announce,
		report: () => ({
			engine: driver.engine,
			location: parts.location,
			trouble: commits.trouble,
			warnings: [...parts.warnings, ...clock],
			recovery: parts.recovery,
			gauges: driver.gauges(),
			harmedSessions: register.count,
			commits: commitReport(commits, opening.now()),
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
