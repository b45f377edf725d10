import { resolve } from "node:path";
import { activeCount, type Counters, endedCount, noCounters } from "../counters.js";
import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import type { SqliteConfig } from "./config.js";
import type { StorageState } from "./doctor/storage-state.js";
import {
	type AppliedMigration,
	appliedFromRow,
	type Migration,
	pendingMigrations,
	readMigrations,
	SELECT_HISTORY,
} from "./migrate.js";
import { StatementList } from "./module.js";
import { MODULES } from "./modules.js";
import type { RecoveryReport } from "./ports.js";
import {
	previewRetention,
	type ReadRows,
	type RetentionPreview,
} from "./removals/retention-preview.js";
import { openSqlite } from "./sqlite.js";
import { isLocked } from "./sqlite-lock.js";
import { demandReadable, SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";
import { describeStorage } from "./sqlite-state.js";

/** What the command line asks of a database without serving it. */

export interface StoredStatistics {
	readonly database: string;
	readonly counters: Counters;
	readonly activeCount: number;
	readonly endedCount: number;
	readonly storage: StorageState;
}

const SELECT_COUNTERS = `select sum(started) as started, sum(stale_ended) as stale_ended,
		sum(won) as won, sum(lost) as lost, sum(abandoned) as abandoned,
		max(latest_completed_at) as latest_completed_at,
		max(latest_activity_at) as latest_activity_at
	from session_stats`;

/**
 * The counters as last synced, beside a running server or without one; creates and changes nothing.
 * @throws as `demandReadable` and `SqliteLook`.
 */
export function readStatistics(path: string): StoredStatistics {
	const paths = databasePaths(resolve(path));
	const storage = describeStorage(paths);
	const counters = look(path, (database) => {
		if (!hasTable(database, "session_stats")) return noCounters();
		const [row] = database.all(SELECT_COUNTERS);
		const time = (name: string): number | null =>
			typeof row?.[name] === "number" ? row[name] : null;
		return {
			...noCounters(),
			started: Number(row?.["started"] ?? 0),
			staleEnded: Number(row?.["stale_ended"] ?? 0),
			won: Number(row?.["won"] ?? 0),
			lost: Number(row?.["lost"] ?? 0),
			abandoned: Number(row?.["abandoned"] ?? 0),
			latestCompletedAtMs: time("latest_completed_at"),
			latestActivityAtMs: time("latest_activity_at"),
		};
	});
	return {
		database: paths.database,
		counters,
		activeCount: activeCount(counters),
		endedCount: endedCount(counters),
		storage,
	};
}

/** What a copy of a database holds; see `BackupManifest`. */
export interface CopyFacts {
	readonly schemaVersion: number;
	readonly instanceId: string;
	readonly generation: number;
	readonly sessions: number;
	readonly moves: number;
	readonly counters: Readonly<Record<string, number | null>>;
}

/**
 * Changes nothing. @throws as `readStatistics`; also STORAGE_CORRUPT for a page that is damaged.
 */
export function readCopyFacts(path: string): CopyFacts {
	return look(path, (database) => {
		const number = (sql: string): number => Number(database.all(sql)[0]?.["n"] ?? 0);
		const service = database.all("select * from service where id = 1")[0];
		const counters = database.all(SELECT_COUNTERS)[0] ?? {};
		return {
			schemaVersion: number("select max(version) as n from schema_migrations"),
			instanceId: String(service?.["instance_id"] ?? ""),
			generation: Number(service?.["generation"] ?? 1),
			sessions: number("select count(*) as n from sessions"),
			moves:
				number("select (select count(*) from moves) + (select count(*) from move_tail) as n") +
				(hasTable(database, "packed_logs") ? number("select sum(seq) as n from packed_logs") : 0),
			counters: Object.fromEntries(
				Object.entries(counters).map(([name, value]) => [
					name,
					value === null ? null : Number(value),
				]),
			),
		};
	});
}

/** The database's path with symbolic links resolved: what the files beside it are named after. */
export const databaseAt = (path: string): string => databasePaths(resolve(path)).database;

/** Whether a server, or a verb that writes, has this database now. */
export const isServed = (path: string): boolean => isLocked(databasePaths(resolve(path)));

/** Copies a database that nobody serves to a new file; see `SqliteLook.copyTo`. */
export async function copyAtRest(
	path: string,
	target: string,
	tell: (done: number, total: number) => void,
): Promise<void> {
	const paths = databasePaths(resolve(path));
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		await database.copyTo(target, tell);
	} finally {
		database.close();
	}
}

/**
 * What retention would remove of what ended before `endedBeforeMs`; changes nothing. @throws as
 * `readStatistics`, and STORAGE_MISSING where a pending migration has to come first.
 */
export async function previewRetentionOf(
	path: string,
	endedBeforeMs: number,
): Promise<RetentionPreview> {
	const paths = databasePaths(resolve(path));
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		if (!hasTable(database, "removed_sessions"))
			throw new SavepointError(
				"STORAGE_MISSING",
				"The database is older than this version; run `savepoint migrate up` first.",
			);
		const read: ReadRows = async (sql, params) => database.all(sql, params);
		return await previewRetention(read, { endedBeforeMs, modules: MODULES });
	} finally {
		database.close();
	}
}

export interface MigrationStanding {
	readonly version: number;
	readonly name: string;
	readonly appliedAtMs: number | null;
	/** changed: not the file that was applied. missing: applied, and not a file of this version. */
	readonly checksum: "ok" | "changed" | "missing" | "pending";
}

export interface MigrationStatus {
	readonly database: string;
	readonly migrations: readonly MigrationStanding[];
	/** Why the server would refuse this database; null: it would not. */
	readonly refusal: SavepointError | null;
}

/**
 * Every migration of this version and of the database; changes nothing. @throws as
 * `readStatistics`.
 */
export function readMigrationStatus(path: string): MigrationStatus {
	const known = readMigrations(MODULES, "sqlite");
	const applied = look(path, (database) =>
		hasTable(database, "schema_migrations") ? database.all(SELECT_HISTORY).map(appliedFromRow) : [],
	);
	return {
		database: databasePaths(resolve(path)).database,
		migrations: standings(known, applied),
		refusal: refusalOf(known, applied),
	};
}

function standings(
	known: readonly Migration[],
	applied: readonly AppliedMigration[],
): MigrationStanding[] {
	const past = applied.map((one): MigrationStanding => {
		const here = known.find(({ version }) => version === one.version);
		const checksum =
			here === undefined ? "missing" : here.checksum === one.checksum ? "ok" : "changed";
		return { version: one.version, name: one.name, appliedAtMs: one.appliedAtMs, checksum };
	});
	const done = new Set(applied.map(({ version }) => version));
	const pending = known
		.filter(({ version }) => !done.has(version))
		.map(
			({ version, name }): MigrationStanding => ({
				version,
				name,
				appliedAtMs: null,
				checksum: "pending",
			}),
		);
	return [...past, ...pending].sort((a, b) => a.version - b.version);
}

function refusalOf(
	known: readonly Migration[],
	applied: readonly AppliedMigration[],
): SavepointError | null {
	try {
		pendingMigrations(known, applied);
		return null;
	} catch (error) {
		if (error instanceof SavepointError) return error;
		throw error;
	}
}

export interface MigrateUpReport {
	readonly database: string;
	readonly applied: readonly { readonly version: number; readonly name: string }[];
	readonly warnings: readonly string[];
	readonly recovery: RecoveryReport | null;
}

/**
 * Opens the database as the server does, under its lock and with its recovery, which applies what
 * is pending, and closes it again. @throws STORAGE_LOCKED while a server runs, and as the server's
 * start does.
 */
export async function migrateUp(config: SqliteConfig, log: Log): Promise<MigrateUpReport> {
	let lost: SavepointError | null = null;
	const { driver, migrated, warnings, recovery } = await openSqlite({
		config,
		modules: MODULES,
		statements: new StatementList(MODULES),
		log,
		now: Date.now,
		what: "migrate",
		onLost: (code, reason) => {
			lost = new SavepointError(code, reason);
		},
	});
	await driver.close();
	if (lost !== null) throw lost;
	const applied = migrated.map(({ version, name }) => ({ version, name }));
	return { database: driver.paths.database, applied, warnings, recovery };
}

function look<T>(path: string, read: (database: SqliteLook) => T): T {
	const paths = databasePaths(resolve(path));
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		return read(database);
	} finally {
		database.close();
	}
}

const hasTable = (database: SqliteLook, name: string): boolean =>
	database.all("select 1 from sqlite_schema where type = 'table' and name = $1", [name]).length > 0;
