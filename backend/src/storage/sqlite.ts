import { existsSync } from "node:fs";
import type { ErrorCode } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { RESERVE_FILE_BYTES } from "../limits.js";
import type { Log } from "../log.js";
import type { SqliteConfig } from "./config.js";
import type {
	CommitOutcome,
	DriverGauges,
	SqlDriver,
	SqlRow,
	SqlValue,
	WriteBatch,
} from "./driver.js";
import { makeDirectoryDurable } from "./durable-files.js";
import { assessFileSystem, describeFileSystem } from "./file-system.js";
import { type Migration, migrate, pendingMigrations, readMigrations } from "./migrate.js";
import type { StatementList, StorageModule } from "./module.js";
import type { RecoveryReport } from "./ports.js";
import { ONLY_SLOT } from "./service-rows.js";
import { type CloseGuard, guardClose } from "./sqlite-close-guard.js";
import { createDatabase } from "./sqlite-create.js";
import { sentenceAbout } from "./sqlite-errors.js";
import { inspectDatabase } from "./sqlite-inspect.js";
import { type InstanceFile, markClosing, newInstance, writeInstance } from "./sqlite-instance.js";
import { acquireLock, type DirectoryLock, type LockOwner } from "./sqlite-lock.js";
import { type DatabasePaths, databasePaths } from "./sqlite-paths.js";
import { findPageDamage, readPreflight } from "./sqlite-preflight.js";
import { readMarker, writeMarker } from "./sqlite-quarantine.js";
import { finishRecovery, type Recovery, recoverDatabase } from "./sqlite-recovery.js";
import { forgetNotice, readNotice } from "./sqlite-recovery-notice.js";
import { keepReserve } from "./sqlite-reserve-file.js";
import { finishSwap } from "./sqlite-swap.js";
import { ReaderThread, WriterThread } from "./sqlite-threads.js";
import { readWalSalts } from "./sqlite-wal.js";
import { spaceWarnings } from "./start-warnings.js";

export interface OpenedSqlite {
	readonly driver: SqliteDriver;
	readonly recovery: RecoveryReport | null;
	readonly warnings: readonly string[];
	/** Migrations that this start has applied. */
	readonly migrated: readonly Migration[];
}

export interface SqliteOpening {
	readonly config: SqliteConfig;
	readonly modules: readonly StorageModule[];
	readonly statements: StatementList;
	readonly log: Log;
	readonly now: () => number;
	/** Nothing more may be written; the process must stop and come back through here. Called once. */
	readonly onLost: (code: ErrorCode, reason: string) => void;
	/** The verb that holds the lock, for the message that others get; not given: serve. */
	readonly what?: string;
}

/** SqlDriver over better-sqlite3: one thread that writes, one that reads. */
export class SqliteDriver implements SqlDriver {
	readonly engine = "sqlite";
	readonly isShared = false;
	readonly paths: DatabasePaths;
	readonly #writer: WriterThread;
	readonly #reader: ReaderThread;
	readonly #lock: DirectoryLock;
	readonly #guard: CloseGuard;
	readonly #onCorrupt: (reason: string) => void;

	constructor(
		paths: DatabasePaths,
		parts: { writer: WriterThread; reader: ReaderThread; lock: DirectoryLock; guard: CloseGuard },
		onCorrupt: (reason: string) => void,
	) {
		this.paths = paths;
		this.#writer = parts.writer;
		this.#reader = parts.reader;
		this.#lock = parts.lock;
		this.#guard = parts.guard;
		this.#onCorrupt = onCorrupt;
	}

	async query(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		try {
			return await this.#reader.query(sql, params);
		} catch (error) {
			if (error instanceof SavepointError && error.code === "STORAGE_CORRUPT")
				this.#onCorrupt(error.message);
			throw error;
		}
	}

	commit(batch: WriteBatch): Promise<CommitOutcome> {
		return this.#writer.commit(batch);
	}

	gauges(): DriverGauges {
		return this.#writer.gauges;
	}

	copyTo(target: string, tell: (done: number, total: number) => void): Promise<void> {
		return this.#writer.copyTo(target, ({ donePages, totalPages }) => tell(donePages, totalPages));
	}

	/** Tells other processes where this one serves. */
	describe(address: string): void {
		this.#lock.describe({ address });
	}

	async close(): Promise<void> {
		try {
			await this.#reader.close();
			await this.#writer.close(this.#guard);
		} finally {
			this.#lock.release();
		}
	}
}

/**
 * Opens the database, or says in one sentence and one code why not. The order matters: everything
 * that can be told without opening a file is looked at first, and only damage is treated as damage
 * (B4).
 *
 * A kill at any point is safe: the next start finds the old state or the new one, and goes on.
 */
export async function openSqlite(opening: SqliteOpening): Promise<OpenedSqlite> {
	const { config, log, now } = opening;
	const paths = databasePaths(config.path);
	// 1. The directory, and whether a database may live there (F1, F2).
	makeDirectoryDurable(paths.directory);
	const warnings = [
		...assessFileSystem(paths.directory, config),
		...spaceWarnings(paths.directory, describeFileSystem(paths.directory).freeBytes),
	];
	// 2. Nobody else (G5).
	const lock = lockUntilExit(paths, {
		pid: process.pid,
		startedAt: new Date(now()).toISOString(),
		what: opening.what ?? "serve",
	});
	try {
		// 3. What is there: our database, nothing, damage, or something that is none of our business
		// (G6, B2).
		const known = readMigrations(opening.modules, "sqlite");
		const found = await findOrCreate({ ...opening, paths, known, now: new Date(now()) });
		for (const message of [...warnings, ...found.warnings]) log.warn(message);
		// One that an earlier start finished and could not tell of counts, too.
		const recovery = found.recovery ?? readNotice(paths);
		if (recovery !== null) log.error({ recovery }, recovery.reason);
		// 4. The threads, the schema, the row that says who this database is.
		const driver = await startThreads(opening, {
			paths,
			lock,
			instance: found.instance,
			known,
		});
		if (recovery !== null) forgetNotice(paths);
		return {
			driver: driver.driver,
			migrated: driver.migrated,
			recovery,
			warnings: [...warnings, ...found.warnings],
		};
	} catch (error) {
		throw giveUp(paths, lock, error);
	}
}

/** A connection that had to be closed again may have brought the WAL home, which is no loss. */
function giveUp(paths: DatabasePaths, lock: DirectoryLock, error: unknown): unknown {
	if (!existsSync(paths.wal)) markClosing(paths.instance);
	lock.release();
	if (!(error instanceof SavepointError)) return error;
	const sentence = sentenceAbout(paths.database, error.code, error.message);
	return new SavepointError(error.code, sentence, { cause: error });
}

/**
 * A process that ends, for whatever reason of its own, takes its threads with it, and SQLite closes
 * their connections and removes the WAL. That is no loss, so the instance file is told before.
 */
function lockUntilExit(paths: DatabasePaths, owner: LockOwner): DirectoryLock {
	const lock = acquireLock(paths, owner);
	const onExit = (): void => markClosing(paths.instance);
	process.once("exit", onExit);
	return {
		describe: (update) => lock.describe(update),
		release() {
			process.off("exit", onExit);
			lock.release();
		},
	};
}

interface Found {
	readonly instance: InstanceFile;
	readonly recovery: RecoveryReport | null;
	readonly warnings: readonly string[];
}

/** What a marker says is finished first; then a look; damage takes the road of B2. */
async function findOrCreate(recovery: Recovery): Promise<Found> {
	const { paths, known, now } = recovery;
	const recover = async (...told: [reason: string, whatHappened?: string]): Promise<Found> => {
		const { instance, report } = await recoverDatabase(recovery, ...told);
		return { instance, recovery: report, warnings: [] };
	};
	// A restore that was killed between two of its files.
	finishSwap(paths);
	finishRecovery(paths);
	const marker = readMarker(paths);
	if (marker !== null) return recover(marker.reason);
	const inspection = inspectDatabase(paths);
	switch (inspection.kind) {
		case "fresh":
			return { instance: createDatabase(paths, now), recovery: null, warnings: [] };
		case "missing":
			return recover(inspection.reason, "The database file was gone when the server started.");
		case "corrupt":
			return recover(inspection.reason);
		case "refused":
			throw new SavepointError(inspection.code, inspection.reason);
		case "sound": {
			try {
				const { applied, moved } = readPreflight(paths);
				if (moved !== null) throw moved;
				pendingMigrations(known, applied);
			} catch (error) {
				const damage = damageBehind(error, paths);
				if (damage === null) throw error;
				return recover(`${paths.database} cannot be read: ${damage}.`);
			}
			const instance = inspection.instance ?? newInstance(now);
			return { instance, recovery: null, warnings: inspection.warnings };
		}
	}
}

/** What a history that cannot be explained, or a step that cannot fail, may come from. */
const UNEXPLAINED: ReadonlySet<ErrorCode> = new Set([
	"STORAGE_NEWER_SCHEMA",
	"STORAGE_MIGRATION_MISSING",
	"STORAGE_MIGRATION_CHANGED",
	"INTERNAL",
]);

function damageBehind(error: unknown, paths: DatabasePaths): string | null {
	if (!(error instanceof SavepointError)) return null;
	if (error.code === "STORAGE_CORRUPT") return error.message;
	return UNEXPLAINED.has(error.code) ? findPageDamage(paths) : null;
}

interface Held {
	readonly paths: DatabasePaths;
	readonly lock: DirectoryLock;
	readonly instance: InstanceFile;
	readonly known: readonly Migration[];
}

async function startThreads(
	opening: SqliteOpening,
	held: Held,
): Promise<{ driver: SqliteDriver; migrated: readonly Migration[] }> {
	const { config, log } = opening;
	const { paths, instance } = held;
	let isLost = false;
	const lose = (code: ErrorCode, reason: string): void => {
		if (isLost) return;
		isLost = true;
		// B3: the next start looks at no page; the marker tells it.
		if (code === "STORAGE_CORRUPT") writeMarker(paths, reason);
		opening.onLost(code, sentenceAbout(paths.database, code, reason));
	};
	// 1. Both threads at once; the writer's connection, with its settings read back (A4).
	const unsafeSync = config.testFault === "synchronous-normal";
	const writer = new WriterThread(
		{ paths, instance, unsafeSync },
		{ lost: (lost) => lose(lost.code, lost.reason), warning: (message) => log.warn(message) },
	);
	const reader = new ReaderThread(paths.database, (error) => lose(error.code, error.message));
	let guard: CloseGuard | null = null;
	try {
		await writer.opened();
		guard = guardClose(paths.database);
		return await prepareThreads(opening, { ...held, writer, reader, guard, lose });
	} catch (error) {
		// After a failed sync nothing is written any more (A2); the guard stays until the process ends.
		const isUnsure = error instanceof SavepointError && error.code === "STORAGE_IO";
		if (guard === null || isUnsure) writer.abandon();
		// What led here matters more than a close that fails for the same reason.
		else await writer.close(guard).catch(() => undefined);
		await reader.close();
		// Damage that was found this late is for the next start to set aside: no crash loop (B3).
		const damage = damageBehind(error, paths);
		if (damage === null) throw error;
		writeMarker(paths, damage);
		throw new SavepointError("STORAGE_CORRUPT", damage, { cause: error });
	}
}

async function prepareThreads(
	opening: SqliteOpening,
	parts: Held & {
		readonly writer: WriterThread;
		readonly reader: ReaderThread;
		readonly guard: CloseGuard;
		readonly lose: (code: ErrorCode, reason: string) => void;
	},
): Promise<{ driver: SqliteDriver; migrated: readonly Migration[] }> {
	const { log, now } = opening;
	const { paths, lock, instance, known, writer, reader, guard, lose } = parts;
	// 2. Until the first answer any sound WAL is ours, unless this one is the last server's, whose
	// salts stand.
	const goesOn = instance.state === "open" || instance.state === "closing";
	if (!goesOn || readWalSalts(paths.wal) === null)
		writeInstance(paths.instance, { ...instance, state: "opening", walSalts: null });
	// 3. The schema and the service's own rows.
	const { applied, backup } = await migrate(writer, known, now);
	for (const { version, name } of applied) log.info({ version, name, backup }, "migrated");
	await writer.applyMigration("", {
		sql: `insert into service (id, instance_id, created_at, heartbeat_at, downtime_ms)
			values (1, $1, $2, $2, 0) on conflict (id) do nothing`,
		params: [instance.instanceId, now()],
	});
	await writer.applyMigration("", {
		sql: `insert into session_stats
				(slot, started, stale_ended, won, lost, abandoned, today, started_today)
			values ($1, 0, 0, 0, 0, 0, 0, 0) on conflict (slot) do nothing`,
		params: [ONLY_SLOT],
	});
	await writer.prepare(opening.statements.all);
	keepReserve(paths, RESERVE_FILE_BYTES);
	// 4. From now on the schema that readers read stands.
	const driver = new SqliteDriver(paths, { writer, reader, lock, guard }, (reason) =>
		lose("STORAGE_CORRUPT", reason),
	);
	return { driver, migrated: applied };
}
