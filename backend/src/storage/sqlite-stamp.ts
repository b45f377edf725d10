import Database from "better-sqlite3";
import type { MigrationDriver, SqlRow } from "./driver.js";
import { syncFile } from "./durable-files.js";
import { migrate, readMigrations } from "./migrate.js";
import type { StorageModule } from "./module.js";
import { named } from "./sqlite-binding.js";
import { translateSqliteError } from "./sqlite-errors.js";

/**
 * Brings a copy that nobody else has open to this version's schema and gives it another identity.
 * Durable when it returns. Throws as `pendingMigrations`; STORAGE_FULL, STORAGE_IO,
 * STORAGE_CORRUPT.
 */
export async function stampCopy(
	path: string,
	modules: readonly StorageModule[],
	identity: {
		readonly instanceId: string;
		readonly generationAbove: number;
		readonly nowMs: number;
	},
): Promise<number> {
	const connection = new Database(path, { fileMustExist: true });
	try {
		connection.pragma("synchronous = FULL");
		const driver: MigrationDriver = {
			engine: "sqlite",
			select: async (sql, params = []) => connection.prepare(sql).all(named(params)) as SqlRow[],
			applyMigration: async (script, record) =>
				connection.transaction(() => {
					connection.exec(script);
					connection.prepare(record.sql).run(named(record.params));
				})(),
		};
		await migrate(driver, readMigrations(modules, "sqlite"), () => identity.nowMs);
		const generation = connection
			.prepare(
				`update service set instance_id = ?, generation = max(generation, ?) + 1
				where id = 1 returning generation`,
			)
			.pluck()
			.get(identity.instanceId, identity.generationAbove);
		return Number(generation);
	} catch (error) {
		throw translateSqliteError(error);
	} finally {
		connection.close();
		syncFile(path);
	}
}
