import { join } from "node:path";
import Database from "better-sqlite3";
import { pino } from "pino";
import type { Log } from "#src/log.js";
import type { SqliteConfig, TestFault } from "#src/storage/config.js";
import type { DoctorReport, ExamineOptions } from "#src/storage/doctor/report.js";
import type { SqlDriver, SqlRow, SqlValue } from "#src/storage/driver.js";
import { StatementList, type StorageModule } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { assembleStorage, openStorage, type Storage } from "#src/storage/open.js";
import { openSqlite } from "#src/storage/sqlite.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";
import { postgres } from "./postgres/kit.js";

export interface OpenOptions {
	readonly now?: () => number;
	readonly log?: Log;
	readonly modules?: readonly StorageModule[];
	readonly onLost?: (code: string, reason: string) => void;
	readonly testFault?: TestFault;
	/** Puts something between the driver and the rooms above it. */
	readonly wrap?: (driver: SqlDriver) => SqlDriver;
}

/** A contract suite's way to an engine. A `place` is where one database lives. */
export interface TestDriver {
	readonly name: string;
	/** Whether several servers can have one place open. */
	readonly isShared: boolean;
	/** Cases that cannot run on this engine, each with the reason. */
	readonly skips: readonly { readonly case: string; readonly reason: string }[];
	makePlace(): string;
	open(place: string, options?: OpenOptions): Promise<OpenDriver>;
	openStorage(place: string, options?: OpenOptions): Promise<Storage>;
	/** Keeps every writer out, from another connection, until what it resolves to is called. */
	holdWriteLock(place: string): Promise<() => void>;
	/** One statement behind the back of the server, while nothing has the place open. */
	tamper(place: string, sql: string, params?: readonly SqlValue[]): Promise<void>;
	/** What is stored, read while nothing has the place open. */
	look(place: string, sql: string): Promise<SqlRow[]>;
	hasTable(place: string, name: string): Promise<boolean>;
	/** What doctor says of it, while nothing has the place open. */
	examine(place: string, options?: ExamineOptions): Promise<DoctorReport>;
}

export interface OpenDriver {
	readonly driver: SqlDriver;
	readonly statements: StatementList;
}

export const noop = (): void => undefined;

export const silentLog: Log = pino({ level: "silent" });

/** A log whose lines a test can read. */
export function readableLog(): { readonly log: Log; readonly lines: string[] } {
	const lines: string[] = [];
	return { log: pino({ level: "debug" }, { write: (line: string) => lines.push(line) }), lines };
}

export const sqliteConfig = (path: string): SqliteConfig => ({
	engine: "sqlite",
	path,
	requireVolume: false,
	allowNetworkFileSystem: false,
	testFault: null,
});

const openingOf = (place: string, options: OpenOptions) => ({
	config: sqliteConfig(place),
	log: options.log ?? silentLog,
	now: options.now ?? Date.now,
	onLost: options.onLost ?? noop,
	modules: options.modules ?? MODULES,
});

async function openSqliteDriver(place: string, options: OpenOptions = {}) {
	const opening = openingOf(place, options);
	const statements = new StatementList(opening.modules);
	return { ...(await openSqlite({ ...opening, statements })), statements };
}

const sqlite: TestDriver = {
	name: "sqlite",
	isShared: false,
	skips: [],
	makePlace: () => join(temporaryDirectory(), "savepoint.sqlite"),
	open: openSqliteDriver,
	async openStorage(place, options = {}) {
		if (options.wrap === undefined) return openStorage(openingOf(place, options));
		const { driver, statements } = await openSqliteDriver(place, options);
		return assembleStorage(openingOf(place, options), {
			driver: options.wrap(driver),
			statements,
			location: place,
			file: null,
			recovery: null,
			warnings: [],
			announce: noop,
		});
	},
	async holdWriteLock(place) {
		const connection = new Database(place, { fileMustExist: true });
		connection.exec("begin immediate");
		return () => connection.close();
	},
	async tamper(place, sql, params = []) {
		const connection = new Database(place, { fileMustExist: true });
		const named = Object.fromEntries(params.map((value, at) => [at + 1, value]));
		const { changes } = connection.prepare(sql).run(named);
		connection.close();
		if (changes === 0) throw new Error(`nothing to tamper with: ${sql}`);
	},
	async look(place, sql) {
		const connection = new Database(place, { readonly: true, fileMustExist: true });
		try {
			return connection.prepare(sql).all() as SqlRow[];
		} finally {
			connection.close();
		}
	},
	async hasTable(place, name) {
		const found = await sqlite.look(place, `select 1 from sqlite_schema where name = '${name}'`);
		return found.length > 0;
	},
	examine: (place, options) => examine(place, options),
};

/** Every engine the contract suites run on. */
export const DRIVERS: readonly TestDriver[] = [sqlite, postgres];
/** What belongs to one engine alone is tested on it alone. */
export const SQLITE: TestDriver = sqlite;
export const POSTGRES: TestDriver = postgres;
