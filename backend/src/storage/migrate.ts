import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SavepointError } from "../errors.js";
import type { MigrationDriver, SqlRow } from "./driver.js";
import type { StorageModule } from "./module.js";

/**
 * Migrations: numbered SQL files, each applied once in a transaction of its own together with the
 * row that records it (M1). A history that this version cannot explain is refused before anything
 * is touched (M2).
 */
export interface Migration {
	readonly version: number;
	readonly name: string;
	/** SHA-256 of the file. */
	readonly checksum: string;
	readonly script: string;
}

export interface AppliedMigration {
	readonly version: number;
	readonly name: string;
	readonly checksum: string;
	readonly appliedAtMs: number;
}

const FILE_NAME = /^(\d{6})-([a-z0-9-]+?)(?:\.([a-z]+))?\.sql$/;

/** Safe on both engines, and on a database that has it. */
const CREATE_HISTORY = `create table if not exists schema_migrations (
	version integer primary key,
	name text not null,
	checksum text not null,
	applied_at bigint not null
)`;
export const SELECT_HISTORY =
	"select version, name, checksum, applied_at from schema_migrations order by version";

/** Every migration of every module for this engine, in order. Throws on two of one number. */
export function readMigrations(
	modules: readonly StorageModule[],
	engine: MigrationDriver["engine"],
): Migration[] {
	const found = modules.flatMap((module) =>
		readdirSync(module.migrations).flatMap((file) => {
			const [, version, name, only] = FILE_NAME.exec(file) ?? [];
			if (version === undefined || name === undefined) return [];
			if (only !== undefined && only !== engine) return [];
			const script = readFileSync(fileURLToPath(new URL(file, module.migrations)), "utf8");
			const checksum = createHash("sha256").update(script).digest("hex");
			return [{ version: Number(version), name, checksum, script }];
		}),
	);
	found.sort((a, b) => a.version - b.version);
	for (const [at, migration] of found.entries())
		if (found[at + 1]?.version === migration.version)
			throw new Error(`two migrations have the number ${migration.version}`);
	return found;
}

export const appliedFromRow = (row: SqlRow): AppliedMigration => ({
	version: Number(row["version"]),
	name: String(row["name"]),
	checksum: String(row["checksum"]),
	appliedAtMs: Number(row["applied_at"]),
});

/**
 * Throws STORAGE_NEWER_SCHEMA, STORAGE_MIGRATION_MISSING or STORAGE_MIGRATION_CHANGED when the
 * database was written by something else than this version or an older one, and STORAGE_CORRUPT
 * when a record is one of ours but for a bit; returns what is still to be applied.
 */
export function pendingMigrations(
	known: readonly Migration[],
	applied: readonly AppliedMigration[],
): Migration[] {
	const newest = known.at(-1)?.version ?? 0;
	for (const past of applied) {
		const here = known.find((migration) => migration.version === past.version);
		if (known.some((migration) => compareRecord(past, migration) === "rotten"))
			throw new SavepointError(
				"STORAGE_CORRUPT",
				`the record of migration ${past.version} (${past.name}) is damaged`,
			);
		if (here === undefined && past.version > newest)
			throw new SavepointError(
				"STORAGE_NEWER_SCHEMA",
				`The database has migration ${past.version} (${past.name}), this version knows up to ${newest}; run the release that wrote it or a newer one. Nothing was changed.`,
			);
		if (here === undefined)
			throw new SavepointError(
				"STORAGE_MIGRATION_MISSING",
				`The database has migration ${past.version} (${past.name}), which this version does not know; install the release that wrote it. Nothing was changed.`,
			);
		if (here.checksum !== past.checksum)
			throw new SavepointError(
				"STORAGE_MIGRATION_CHANGED",
				`Migration ${past.version} (${past.name}) is not the one this database was made with; install the release that made it. Nothing was changed.`,
			);
	}
	const done = new Set(applied.map((past) => past.version));
	return known.filter((migration) => !done.has(migration.version));
}

/**
 * Whether a record is that of a migration. Checksums of two scripts have nothing in common, and
 * versions with the same checksum are one: what differs in one character is a record that rotted,
 * not another release.
 */
export function compareRecord(
	past: Pick<AppliedMigration, "version" | "checksum">,
	{ version, checksum }: Migration,
): "same" | "rotten" | "other" {
	const differing = [...checksum].filter((digit, at) => past.checksum[at] !== digit).length;
	if (differing > 1) return "other";
	return past.version === version && differing === 0 ? "same" : "rotten";
}

export interface MigrationReport {
	readonly applied: readonly Migration[];
	/** The verified copy made before, when there was data to lose. */
	readonly backup: string | null;
}

/**
 * Brings the schema up to date. A kill at any point leaves whole migrations only; the next start
 * goes on.
 */
export async function migrate(
	driver: MigrationDriver,
	known: readonly Migration[],
	now: () => number,
): Promise<MigrationReport> {
	// 1. What is there.
	await driver.applyMigration("", { sql: CREATE_HISTORY, params: [] });
	const applied = (await driver.select(SELECT_HISTORY)).map(appliedFromRow);
	const pending = pendingMigrations(known, applied);
	if (pending.length === 0) return { applied: [], backup: null };
	// 2. A verified copy of what could be lost.
	const backup =
		applied.length > 0 && driver.backup !== undefined
			? await driver.backup(`before-migration-${pending[0]?.version}`)
			: null;
	// 3. One transaction each, with its record inside.
	for (const { version, name, checksum, script } of pending)
		await driver.applyMigration(script, {
			sql: "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)",
			params: [version, name, checksum, now()],
		});
	return { applied: pending, backup };
}
