import { SavepointError } from "../errors.js";
import { type AppliedMigration, type Migration, pendingMigrations } from "./migrate.js";

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

/** What this version knows held against what was applied. */
export const migrationStatus = (
	database: string,
	known: readonly Migration[],
	applied: readonly AppliedMigration[],
): MigrationStatus => ({
	database,
	migrations: standings(known, applied),
	refusal: refusalOf(known, applied),
});

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
