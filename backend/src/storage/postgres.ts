import { setTimeout as delay } from "node:timers/promises";
import { SavepointError } from "../errors.js";
import {
	DATABASE_COMMIT_TIMEOUT_MS,
	DATABASE_READ_TIMEOUT_MS,
	DATABASE_READERS_MAX,
	DATABASE_RETRIES_MAX,
	KEYS_PER_SLOT,
} from "../limits.js";
import type { Log } from "../log.js";
import type { PostgresConfig } from "./config.js";
import type {
	CommitOutcome,
	DriverGauges,
	ServerSlot,
	SharedDriver,
	SqlRow,
	SqlValue,
	WriteBatch,
	WriteStatement,
} from "./driver.js";
import { type Migration, migrate, readMigrations } from "./migrate.js";
import type { StatementList, StorageModule } from "./module.js";
import { movedElsewhere, SELECT_MOVED } from "./moved.js";
import {
	type PreparedStatement,
	plainInsert,
	planBatch,
	prepareStatement,
} from "./postgres-batch.js";
import { DatabaseClock } from "./postgres-clock.js";
import { type Connections, connect, select } from "./postgres-connection.js";
import { postgresCode, translatePostgresError } from "./postgres-errors.js";
import { PostgresHosts } from "./postgres-hosts.js";
import { PostgresMigrations } from "./postgres-migrations.js";
import { demandDurableSettings } from "./postgres-settings.js";
import { BEAT, done, TIME_IS_UP, Transaction, type Tried, unsure } from "./postgres-transaction.js";
import { updateHeartbeat } from "./service-rows.js";

export interface PostgresOpening {
	readonly config: PostgresConfig;
	readonly modules: readonly StorageModule[];
	readonly statements: StatementList;
	readonly log: Log;
	/** Only where a test has the time in its hand; not given: the database's clock. */
	readonly now?: (() => number) | undefined;
}

export interface OpenedPostgres {
	readonly driver: PostgresDriver;
	readonly warnings: readonly string[];
	readonly migrated: readonly Migration[];
}

/**
 * Connects, or says in one sentence and one code why not. Nothing is changed before the settings
 * that make a commit durable were read (P1).
 */
export async function openPostgres(opening: PostgresOpening): Promise<OpenedPostgres> {
	const { config, modules, statements, log } = opening;
	const driver = new PostgresDriver(config, opening.now ?? null);
	try {
		// 1. Who is there; of several, each is asked once.
		const hosts = PostgresHosts.of(config.url)?.count ?? 1;
		for (let tries = 1; ; tries += 1)
			try {
				await demandDurableSettings(driver.readers);
				break;
			} catch (error) {
				if (tries >= hosts || postgresCode(error) !== "STORAGE_AWAY") throw error;
			}
		// 2. The schema, and the row that says who this database is.
		const known = readMigrations(modules, "postgres");
		const migrations = new PostgresMigrations(driver.readers);
		await driver.agreeOnTime();
		const moved = await findMoved(migrations);
		if (moved !== null) throw moved;
		const { applied } = await migrate(migrations, known, () => driver.now());
		for (const { version, name } of applied) log.info({ version, name }, "migrated");
		await migrations.applyMigration("", {
			sql: `insert into service (id, instance_id, created_at, heartbeat_at, downtime_ms)
				values (1, $1, $2, $3, 0) on conflict (id) do nothing`,
			params: [crypto.randomUUID(), driver.now(), driver.now()],
		});
		// 3. The statements of the commit path.
		await driver.prepare(statements.all);
		return { driver, warnings: [], migrated: applied };
	} catch (error) {
		await driver.close();
		throw translatePostgresError(error);
	}
}

const SELECT_NOW = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now";

/** SqlDriver over PostgreSQL: one connection that writes, some that read. */
export class PostgresDriver implements SharedDriver {
	readonly engine = "postgres";
	readonly isShared = true;
	readonly #config: PostgresConfig;
	readonly #clock = new DatabaseClock();
	readonly #testNow: (() => number) | null;
	#writer: Connections;
	#readers: Connections;
	#prepared: readonly PreparedStatement[] = [];
	/** P2: a wait for a standby that was cut short commits all the same, with only a warning. */
	#wasWarned: string | null = null;
	#isClosed = false;

	constructor(config: PostgresConfig, testNow: (() => number) | null) {
		this.#config = config;
		this.#testNow = testNow;
		this.#writer = this.#connect(1);
		this.#readers = this.#connect(DATABASE_READERS_MAX);
	}

	get readers(): Connections {
		return this.#readers;
	}

	/** The database's clock. */
	now(): number {
		return this.#testNow?.() ?? this.#clock.nowMs();
	}

	async agreeOnTime(): Promise<void> {
		const asked = this.#clock.ask();
		const [row] = await select(this.#readers, SELECT_NOW);
		this.#clock.agree(asked, Number(row?.["now"]));
	}

	async prepare(statements: readonly WriteStatement[]): Promise<void> {
		const tables = new Set(statements.flatMap((statement) => plainInsert(statement)?.table ?? []));
		const types = new Map<string, Map<string, string>>();
		for (const table of tables) types.set(table, await this.#columnTypes(table));
		const checksVersions = this.#config.testFault !== "no-version-check";
		this.#prepared = statements.map((statement) => {
			const { paramCount } = statement;
			if (statement === updateHeartbeat) return { sql: BEAT, paramCount, changes: 1, many: null };
			const ofTable = types.get(plainInsert(statement)?.table ?? "") ?? new Map<string, string>();
			const prepared = prepareStatement(statement, ofTable);
			return checksVersions ? prepared : { ...prepared, changes: "any" };
		});
	}

	/**
	 * A new slot for this process: a name for its row of counters, which is made, and keys for its
	 * sessions that no other slot has.
	 */
	async takeSlot(): Promise<ServerSlot> {
		const [row] = await this.query(
			`with taken as (
				update service set next_slot = next_slot + 1 where id = 1 returning next_slot - 1 as slot
			), made as (
				insert into session_stats
					(slot, started, stale_ended, won, lost, abandoned, today, started_today)
				select 's' || slot, 0, 0, 0, 0, 0, 0, 0 from taken
			)
			select slot from taken`,
		);
		const slot = Number(row?.["slot"]);
		return { name: `s${slot}`, lastKey: slot * KEYS_PER_SLOT };
	}

	async query(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		try {
			return await within(DATABASE_READ_TIMEOUT_MS, select(this.#readers, sql, params));
		} catch (error) {
			if (error === TIME_IS_UP) {
				this.#readers = this.#replace(this.#readers, DATABASE_READERS_MAX);
				throw new SavepointError("STORAGE_AWAY");
			}
			throw translatePostgresError(error);
		}
	}

	async commit(batch: WriteBatch): Promise<CommitOutcome> {
		let oneByOne = false;
		for (let tries = 0; tries < DATABASE_RETRIES_MAX; tries += 1) {
			const tried = await this.#try(batch, oneByOne);
			if (tried.kind === "done") return tried.outcome;
			if (tried.kind === "look closer") oneByOne = true;
			// The other one is through by then, and does not come back at the same moment.
			else await delay(Math.random() * 4 ** Math.min(tries, 3));
		}
		return {
			kind: "unavailable",
			code: "STORAGE_BUSY",
			reason: "Transactions of several servers stand in each other's way.",
		};
	}

	gauges(): DriverGauges {
		return { walBytes: 0, tailRows: 0 };
	}

	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		await Promise.all([this.#writer.end({ timeout: 2 }), this.#readers.end({ timeout: 2 })]);
	}

	#connect(max: number): Connections {
		const { url, testFault } = this.#config;
		return connect({
			url,
			max,
			synchronousCommit: testFault === "synchronous-commit-local" ? "local" : "on",
			onWarning: (message) => {
				if (/synchronous replication|already committed locally/.test(message))
					this.#wasWarned = message;
			},
		});
	}

	/** The old connections are cut off: what they still wait for is over. */
	#replace(old: Connections, max: number): Connections {
		void old.end({ timeout: 0 }).catch(() => undefined);
		return this.#connect(max);
	}

	async #columnTypes(table: string): Promise<Map<string, string>> {
		const rows = await select(
			this.#readers,
			`select attname as name, format_type(atttypid, null) as type from pg_attribute
			where attrelid = $1::text::regclass and attnum > 0 and not attisdropped`,
			[table],
		);
		return new Map(rows.map((row) => [String(row["name"]), String(row["type"])]));
	}

	/** One transaction. Nothing is thrown: what became of it is the answer. */
	async #try(batch: WriteBatch, oneByOne: boolean): Promise<Tried> {
		const startedAtMs = performance.now();
		const run = new Transaction(planBatch(batch, this.#prepared, oneByOne), {
			testNow: this.#testNow,
			asked: () => this.#clock.ask(),
		});
		this.#wasWarned = null;
		try {
			await within(
				DATABASE_COMMIT_TIMEOUT_MS,
				this.#writer.begin((transaction) => run.run(transaction as unknown as Connections)),
			);
			if (this.#wasWarned !== null) return unsure(this.#wasWarned);
			if (run.beatRow !== null) this.#clock.agree(run.askedMs, Number(run.beatRow["now"]));
			const commitMs = performance.now() - startedAtMs;
			return done({ kind: "committed", commitMs, beat: run.beat });
		} catch (error) {
			// Whoever does not take writes any more is not asked again.
			if (error === TIME_IS_UP || postgresCode(error) === "STORAGE_READ_ONLY")
				this.#writer = this.#replace(this.#writer, 1);
			return run.explain(error, oneByOne);
		}
	}
}

/** A schema of before the first move has no such columns. */
async function findMoved(migrations: PostgresMigrations): Promise<SavepointError | null> {
	const columns = await migrations.select(
		`select 1 as found from pg_attribute
		where attrelid = to_regclass('service') and attname = 'moved_to'`,
	);
	if (columns.length === 0) return null;
	return movedElsewhere((await migrations.select(SELECT_MOVED))[0]);
}

async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(TIME_IS_UP), ms);
	});
	try {
		return await Promise.race([work, limit]);
	} finally {
		clearTimeout(timer);
	}
}
