import { randomBytes } from "node:crypto";
import postgresClient from "postgres";
import { inject } from "vitest";
import type { SqlDriver } from "#src/storage/driver.js";
import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { assembleStorage, openStorage } from "#src/storage/open.js";
import { openPostgres } from "#src/storage/postgres.js";
import { asParameter, connect, select } from "#src/storage/postgres-connection.js";
import { examinePostgres } from "#src/storage/postgres-doctor.js";
import { noop, type OpenOptions, silentLog, type TestDriver } from "../drivers.js";

/** A place is the address of one database; it is made when it is opened first. */
const nameOf = (place: string): string => place.slice(place.lastIndexOf("/") + 1);

const made = new Set<string>();

export async function makeDatabase(place: string): Promise<void> {
	if (made.has(place)) return;
	made.add(place);
	const admin = postgresClient(`${inject("postgresUrl")}/postgres`, { max: 1, onnotice: noop });
	try {
		await admin.unsafe(`create database ${nameOf(place)}`).catch((error: unknown) => {
			// It is there already: reached by another way, or of another cluster.
			if (!(error instanceof Error && "code" in error && error.code === "42P04")) throw error;
		});
	} finally {
		await admin.end();
	}
}

const connectTo = (place: string) => connect({ url: place, max: 1, synchronousCommit: "on" });

const openingOf = (place: string, options: OpenOptions) => ({
	config: { engine: "postgres", url: place, testFault: options.testFault ?? null } as const,
	log: options.log ?? silentLog,
	now: options.now,
	onLost: options.onLost ?? noop,
	modules: options.modules ?? MODULES,
});

async function openDriver(place: string, options: OpenOptions = {}) {
	await makeDatabase(place);
	const opening = openingOf(place, options);
	const statements = new StatementList(opening.modules);
	return { ...(await openPostgres({ ...opening, statements })), statements };
}

export const postgres: TestDriver = {
	name: "postgres",
	isShared: true,
	skips: [],
	makePlace: () => `${inject("postgresUrl")}/t${randomBytes(8).toString("hex")}`,
	open: openDriver,
	async openStorage(place, options = {}) {
		await makeDatabase(place);
		const opening = openingOf(place, options);
		if (options.wrap === undefined) return openStorage(opening);
		const { driver, statements } = await openDriver(place, options);
		const wrapped: SqlDriver = options.wrap(driver);
		return assembleStorage(opening, {
			driver: wrapped,
			statements,
			location: place,
			file: null,
			recovery: null,
			warnings: [],
			announce: noop,
		});
	},
	async holdWriteLock(place) {
		const connection = connectTo(place);
		const tables = await select(
			connection,
			"select tablename as name from pg_tables where schemaname = 'public'",
		);
		const names = tables.map((row) => `"${row["name"]}"`).join(", ");
		await connection.unsafe("begin");
		await connection.unsafe(`lock table ${names} in exclusive mode`);
		return () => void connection.end({ timeout: 0 });
	},
	async tamper(place, sql, params = []) {
		const connection = connectTo(place);
		try {
			const { count } = await connection.unsafe(sql, params.map(asParameter));
			if (count === 0) throw new Error(`nothing to tamper with: ${sql}`);
		} finally {
			await connection.end();
		}
	},
	async look(place, sql) {
		const connection = connectTo(place);
		try {
			return await select(connection, sql);
		} finally {
			await connection.end();
		}
	},
	async hasTable(place, name) {
		const found = await postgres.look(place, `select to_regclass('${name}') is not null as found`);
		return found[0]?.["found"] as unknown as boolean;
	},
	examine: (place, options) => examinePostgres(place, options),
};
