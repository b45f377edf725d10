import { setTimeout as delay } from "node:timers/promises";
import type { ReservedSql } from "postgres";
import { SavepointError } from "../errors.js";
import { MOVE_HOLD_TRIES } from "../limits.js";
import { appliedFromRow, pendingMigrations, readMigrations, SELECT_HISTORY } from "./migrate.js";
import type { StorageModule } from "./module.js";
import type { MoveSource } from "./move/ports.js";
import { refuse } from "./move/standing.js";
import { postgresCode, translatePostgresError } from "./postgres-errors.js";
import { PostgresPlace } from "./postgres-place.js";

/** Whoever holds rows of the others waits for this one last. */
const LAST = "service";

/**
 * A database that is moved from, beside its servers. For the last step its tables are locked
 * against writing; a server's next transaction reads where the data went (`postgres.ts`).
 */
export class PostgresMoveSource extends PostgresPlace implements MoveSource {
	#holding: ReservedSql | null = null;

	static async open(url: string, modules: readonly StorageModule[]): Promise<PostgresMoveSource> {
		const source = new PostgresMoveSource(url);
		try {
			await source.#demandSchema(modules);
			return source;
		} catch (error) {
			await source.close();
			throw error;
		}
	}

	async hold(): Promise<void> {
		const names = (await this.tables()).map(({ name }) => name);
		const ordered = [...names.filter((name) => name !== LAST), LAST];
		for (let tries = 1; ; tries += 1) {
			const connection = await this.translated(this.connections.reserve());
			try {
				await connection.unsafe("begin");
				await connection.unsafe(`lock table ${ordered.join(", ")} in share mode`);
				this.#holding = connection;
				return;
			} catch (error) {
				await connection.unsafe("rollback").catch(() => undefined);
				connection.release();
				if (tries === MOVE_HOLD_TRIES || postgresCode(error) !== "STORAGE_BUSY")
					throw translatePostgresError(error);
				await delay(10);
			}
		}
	}

	async markMoved(location: string): Promise<void> {
		const holding = this.#holding;
		if (holding === null) throw new SavepointError("INTERNAL", "the tables are not held");
		try {
			const { count } = await holding.unsafe("update service set moved_to = $1 where id = 1", [
				location,
			]);
			if (count !== 1) throw new SavepointError("INTERNAL", "there is no row of the service");
			await holding.unsafe("commit");
		} catch (error) {
			throw translatePostgresError(error);
		}
		this.#holding = null;
		holding.release();
	}

	async release(): Promise<void> {
		const holding = this.#holding;
		this.#holding = null;
		if (holding === null) return;
		await holding.unsafe("rollback").catch(() => undefined);
		holding.release();
	}

	override async close(): Promise<void> {
		await this.release();
		await super.close();
	}

	async #demandSchema(modules: readonly StorageModule[]): Promise<void> {
		if (!(await this.tables()).some(({ name }) => name === "schema_migrations"))
			throw new SavepointError("STORAGE_MISSING", `There is no storage in ${this.location}.`);
		const applied = (await this.select(SELECT_HISTORY)).map(appliedFromRow);
		const pending = pendingMigrations(readMigrations(modules, "postgres"), applied);
		if (pending.length > 0)
			throw refuse(
				`${this.location} is older than this version; restart its servers with this version first.`,
			);
	}
}
