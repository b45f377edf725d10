import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import type { SqliteConfig } from "./config.js";
import {
	type DriverOpening,
	type DriverParts,
	type Engine,
	type MigrateUpReport,
	type StoredStatistics,
	storedStatistics,
} from "./engine.js";
import { appliedFromRow, readMigrations, SELECT_HISTORY } from "./migrate.js";
import { type MigrationStatus, migrationStatus } from "./migration-status.js";
import { StatementList } from "./module.js";
import { MODULES } from "./modules.js";
import { countersOf, SELECT_SUMS } from "./service-rows.js";
import { openSqlite } from "./sqlite.js";
import { examine } from "./sqlite-doctor.js";
import { lookInto } from "./sqlite-look.js";
import { SqliteMoveSource } from "./sqlite-move-source.js";
import { SqliteMoveTarget } from "./sqlite-move-target.js";
import { databasePaths } from "./sqlite-paths.js";
import { lookAtSqlite } from "./sqlite-place.js";
import { describeStorage } from "./sqlite-state.js";

/** A database in a file of this machine, which one server has for itself. */
export function sqliteEngine(config: SqliteConfig): Engine {
	const { path } = config;
	return {
		location: path,
		openDriver: (opening) => openDriver(config, opening),
		examine: (options, hooks) => examine(path, options, hooks),
		readStatistics: () => readStatistics(path),
		readMigrationStatus: () => readMigrationStatus(path),
		migrateUp: (log) => migrateUp(config, log),
		lookAt: async () => lookAtSqlite(databasePaths(path)),
		openSource: async () => SqliteMoveSource.open(databasePaths(path), MODULES),
		openTarget: () =>
			SqliteMoveTarget.open({ ...config, paths: databasePaths(path), modules: MODULES }),
	};
}

async function openDriver(config: SqliteConfig, opening: DriverOpening): Promise<DriverParts> {
	const now = opening.now ?? Date.now;
	const { driver, recovery, warnings } = await openSqlite({ ...opening, config, now });
	return {
		driver,
		statements: opening.statements,
		location: config.path,
		file: config.path,
		recovery,
		warnings,
		announce: (address) => driver.describe(address),
	};
}

async function readStatistics(path: string): Promise<StoredStatistics> {
	const paths = databasePaths(path);
	const storage = describeStorage(paths);
	const counters = lookInto(paths, (database) =>
		countersOf(database.hasTable("session_stats") ? database.all(SELECT_SUMS)[0] : undefined),
	);
	return storedStatistics(paths.database, counters, storage);
}

async function readMigrationStatus(path: string): Promise<MigrationStatus> {
	const paths = databasePaths(path);
	const history = lookInto(paths, (database) =>
		database.hasTable("schema_migrations") ? database.all(SELECT_HISTORY) : [],
	);
	const known = readMigrations(MODULES, "sqlite");
	return migrationStatus(paths.database, known, history.map(appliedFromRow));
}

/**
 * Opens the database as the server does, under its lock and with its recovery, which applies what
 * is pending, and closes it again. Rejects with STORAGE_LOCKED while a server runs.
 */
async function migrateUp(config: SqliteConfig, log: Log): Promise<MigrateUpReport> {
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
