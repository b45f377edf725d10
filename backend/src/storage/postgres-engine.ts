import type { Log } from "../log.js";
import type { PostgresConfig } from "./config.js";
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
import { openPostgres } from "./postgres.js";
import { shownAddress } from "./postgres-connection.js";
import { examinePostgres } from "./postgres-doctor.js";
import { readFacts } from "./postgres-facts.js";
import { demandSchema, lookIntoPostgres } from "./postgres-look.js";
import { PostgresMoveSource } from "./postgres-move-source.js";
import { PostgresMoveTarget } from "./postgres-move-target.js";
import { PostgresPlace } from "./postgres-place.js";
import { countersOf, SELECT_SUMS } from "./service-rows.js";

/** A database of a database server, which several of ours may share. */
export function postgresEngine(config: PostgresConfig): Engine {
	const { url } = config;
	return {
		location: shownAddress(url),
		openDriver: (opening) => openDriver(config, opening),
		examine: (options, hooks) => examinePostgres(url, options, hooks),
		readStatistics: () => readStatistics(url),
		readMigrationStatus: () => readMigrationStatus(url),
		migrateUp: (log) => migrateUp(config, log),
		lookAt: async () => new PostgresPlace(url),
		openSource: () => PostgresMoveSource.open(url, MODULES),
		openTarget: () => PostgresMoveTarget.open(url, MODULES),
	};
}

async function openDriver(config: PostgresConfig, opening: DriverOpening): Promise<DriverParts> {
	const { driver, warnings } = await openPostgres({ ...opening, config });
	return {
		driver,
		statements: opening.statements,
		location: shownAddress(config.url),
		file: null,
		recovery: null,
		warnings,
		// Other processes of this machine find the servers of a shared database by its address.
		announce: () => undefined,
	};
}

/** The sums over all slots, as they were at one moment. */
const readStatistics = (url: string): Promise<StoredStatistics> =>
	lookIntoPostgres(url, async (look) => {
		await demandSchema(look, url);
		const hasCounters = await look.hasTable("session_stats");
		const counters = countersOf(hasCounters ? (await look.select(SELECT_SUMS))[0] : undefined);
		const server = await readFacts(look);
		return storedStatistics(shownAddress(url), counters, { kind: "server", server });
	});

/** Of an empty database all are pending: the first server that starts applies them. */
const readMigrationStatus = (url: string): Promise<MigrationStatus> =>
	lookIntoPostgres(url, async (look) => {
		const history = (await look.hasTable("schema_migrations"))
			? await look.select(SELECT_HISTORY)
			: [];
		const known = readMigrations(MODULES, "postgres");
		return migrationStatus(shownAddress(url), known, history.map(appliedFromRow));
	});

/**
 * As a server's start does: beside servers, or beside another one that migrates, each migration is
 * applied once. Takes no slot.
 */
async function migrateUp(config: PostgresConfig, log: Log): Promise<MigrateUpReport> {
	const statements = new StatementList(MODULES);
	const { driver, migrated, warnings } = await openPostgres({
		config,
		modules: MODULES,
		statements,
		log,
	});
	await driver.close();
	const applied = migrated.map(({ version, name }) => ({ version, name }));
	return { database: shownAddress(config.url), applied, warnings, recovery: null };
}
