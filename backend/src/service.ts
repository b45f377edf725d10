import { randomInt } from "node:crypto";
import { commandLineRestores, type SessionRestores } from "./command-line-restores.js";
import type { ServerConfig } from "./config.js";
import { openConsole } from "./console-service.js";
import { SavepointError } from "./errors.js";
import type { Authority } from "./game/answers.js";
import { FinishedGames } from "./game/finished-games.js";
import { HighScoreBook } from "./game/high-scores.js";
import type { HighScoreTable, Replays } from "./game/public-answers.js";
import { RecentReplays } from "./game/recent-replays.js";
import { SessionStore } from "./game/session-store.js";
import { newId, replayIdFor } from "./ids.js";
import { KEPT_REPLAY_MOVES_MAX } from "./limits.js";
import { localDay } from "./local-day.js";
import type { Log } from "./log.js";
import { BackupKeeper } from "./operations/backup-keeper.js";
import { LiveRepairer, type LiveRepairerDeps } from "./operations/repair-session.js";
import { SessionRestorer } from "./operations/restore-session.js";
import type { Console } from "./operator/console.js";
import type { UpkeepGauges } from "./operator/ports.js";
import { type BackupEntry, isProven, listBackups } from "./storage/backups/catalogue.js";
import { backupDirectoryOf } from "./storage/config.js";
import { HighScoreRepo } from "./storage/high-scores/high-score-repo.js";
import { openStorage, type Storage } from "./storage/open.js";
import type { StorageReport } from "./storage/ports.js";
import { QuarantineDirectory } from "./storage/quarantined/quarantine-directory.js";
import { SessionRepairer } from "./storage/quarantined/session-repairer.js";

/** The authority on an open storage. */
export interface Service {
	readonly authority: Authority;
	readonly highScores: HighScoreTable;
	readonly replays: Replays;
	readonly console: Console;
	readonly storage: { report(): StorageReport };
	/** What the metrics tell beside the storage's own report. */
	readonly upkeep: UpkeepGauges;
	readonly backups: BackupKeeper;
	/** Restores of one session, for the command line. */
	readonly restorer: SessionRestores;
	readonly repairer: LiveRepairer;
	/** Resolves when the storage had to give up (A2); the process must end and start again. */
	readonly lost: Promise<SavepointError>;
	/** Tells other processes on this machine where the sessions of this storage are served. */
	announce(url: string): void;
	/** Finishes what is queued, brings the database file up to date and gives up its lock. */
	close(): Promise<void>;
}

export type OpenService = (config: ServerConfig, log: Log, now?: () => number) => Promise<Service>;

const SEEDS = 2 ** 32;
/** Where an operator's call over the local socket came from, in the audit log. */
const COMMAND_LINE = { address: "command line" };

/**
 * Storage → authority. Throws SavepointError with an exit code when the storage cannot be opened.
 */
export const openService: OpenService = async (config, log, ownNow) => {
	const { promise: lost, resolve: lose } = withResolver<SavepointError>();
	const storage = await openStorage({
		config: config.storage,
		log,
		now: ownNow,
		onLost: (code, reason) => lose(new SavepointError(code, reason)),
	});
	const { now } = storage;
	// A repair of a session may raise it while the server runs.
	const generation = { now: storage.generation };
	const authority = openAuthority(storage, { log, now, generation });
	authority.start();
	const backups = keepBackups(config, storage, { log, now, generation });
	backups.start();
	const open = openPublic(storage, log, now);
	const restorer = new SessionRestorer({
		authority: authority.deeds,
		driver: storage.driver,
		sessions: storage.sessions,
		downtimeMsAt: (nowMs) => storage.commits.downtimeMsAt(nowMs),
		directory: backupDirectoryOf(config.storage),
		now,
		onRestored: ({ id, key }) => open.replays.forget(replayIdFor(id, key)),
	});
	const report = reportWith(storage, backups);
	const works = storage.driver.copyTo === undefined ? null : backups;
	const console = openConsole({
		config,
		storage,
		backups: works,
		report,
		authority,
		live: authority,
		deeds: authority.deeds,
		restores: {
			choices: () => listBackups(backupDirectoryOf(config.storage)).map(restoreChoice),
			compare: (from, id) => restorer.compare(from, id),
			restore: (...order) => restorer.restore(...order),
			undo: (...order) => restorer.undo(...order),
		},
		forgetReplay: (replayId) => open.replays.forget(replayId),
		onHidden({ sessionId, sessionKey }) {
			authority.hide(sessionId);
			open.replays.forget(replayIdFor(sessionId, sessionKey));
		},
		log,
		now,
	});
	const repairer = repairLive(storage, {
		now,
		forget: (id) => authority.forget(id),
		audit: console.audit,
		onCut: () => {
			generation.now += 1;
		},
	});
	console.history.start();
	console.storage.start();
	console.retention.start();
	return {
		backups,
		restorer: commandLineRestores(restorer, console.audit),
		repairer,
		authority,
		...open,
		console,
		storage: { report },
		upkeep: upkeepGauges(storage, works),
		lost,
		announce: (url) => storage.announce(url),
		async close() {
			await backups.stop();
			await console.retention.stop();
			await console.history.stop();
			console.storage.stop();
			await authority.close();
			await storage.close();
		},
	};
};

/** The storage's own report, and what else an operator must hear of. */
const reportWith = (storage: Storage, backups: BackupKeeper) => (): StorageReport => {
	const own = storage.report();
	return { ...own, warnings: [...own.warnings, ...backups.warnings()] };
};

function upkeepGauges({ driver }: Storage, works: BackupKeeper | null): UpkeepGauges {
	const quarantine = new QuarantineDirectory(driver);
	return {
		backups: async () => works?.gauges() ?? null,
		quarantined: () => quarantine.counts(),
	};
}

interface Parts {
	readonly log: Log;
	readonly now: () => number;
	readonly generation: { readonly now: number };
}

const openAuthority = (
	{ sessions, commits, readCounters }: Storage,
	{ log, now, generation }: Parts,
): SessionStore =>
	new SessionStore({
		repository: sessions,
		commits,
		log,
		now,
		newId,
		newSeed: () => randomInt(SEEDS),
		localDay,
		readCounters,
		get generation() {
			return generation.now;
		},
	});

const restoreChoice = (entry: BackupEntry) => ({
	name: entry.name,
	createdAt: entry.manifest.createdAt,
	proven: isProven(entry),
});

function keepBackups(
	config: ServerConfig,
	{ driver, commits, report }: Storage,
	{ log, now, generation }: Parts,
): BackupKeeper {
	const { location } = report();
	return new BackupKeeper({
		directory: backupDirectoryOf(config.storage),
		// A database server is backed up by its own tools.
		config: driver.copyTo === undefined ? { ...config.backups, everyMinutes: 0 } : config.backups,
		source: location,
		copyTo: async (target, tell) => {
			if (driver.copyTo === undefined)
				throw new SavepointError("BACKUP_FAILED", `${driver.engine} has backups of its own.`);
			await driver.copyTo(target, tell);
		},
		changes: () => commits.gauges.batches,
		get generation() {
			return generation.now;
		},
		log,
		now,
	});
}

function repairLive(
	{ driver, statements, commits, sessions }: Storage,
	parts: Pick<LiveRepairerDeps, "forget" | "onCut"> & {
		readonly now: () => number;
		readonly audit: Console["audit"];
	},
): LiveRepairer {
	const { now, audit, ...rest } = parts;
	const repairer = new SessionRepairer({ reader: driver, statements, commits, now });
	const entryOf: LiveRepairerDeps["entryOf"] = (subject, plan) => {
		const { reason, standing, keptMoves, lost } = plan;
		const after = { standing, keptMoves, lost };
		const deed = { action: "repair-session", subject, before: { reason }, after } as const;
		return audit.prepare(deed, COMMAND_LINE).statements;
	};
	return new LiveRepairer({ repairer, reader: driver, sessions, commits, entryOf, ...rest });
}

/** What strangers may see, over the same storage. */
export function openPublic(
	{ sessions, driver, statements, commits }: Storage,
	log: Log,
	now: () => number,
): { readonly highScores: HighScoreTable; readonly replays: RecentReplays } {
	const games = new FinishedGames(sessions);
	const scores = new HighScoreRepo({ driver, statements, commits, log });
	return {
		highScores: new HighScoreBook({ scores, games, now, newId }),
		replays: new RecentReplays(games, KEPT_REPLAY_MOVES_MAX),
	};
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
	let resolve: (value: T) => void = () => undefined;
	const promise = new Promise<T>((settle) => {
		resolve = settle;
	});
	return { promise, resolve };
}
