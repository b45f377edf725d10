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
/** This transaction and no other. */
const TRANSACTION = "pg_current_xact_id()::text";
/** The locks of a machine that has vanished do not stay for hours. */
const NOTICE_DEATH = `set local tcp_keepalives_idle = 5; set local tcp_keepalives_interval = 2;
	set local tcp_keepalives_count = 3`;

interface Holding {
	readonly connection: ReservedSql;
	readonly transaction: string;
}

/**
 * A database that is moved from, beside its servers. For the last step its tables are locked
 * against writing; a server's next transaction reads where the data went (`postgres.ts`).
 */
export class PostgresMoveSource extends PostgresPlace implements MoveSource {
	#holding: Holding | null = null;

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
				await connection.unsafe(`begin; ${NOTICE_DEATH}`);
				await connection.unsafe(`lock table ${ordered.join(", ")} in share mode`);
				const [row] = await connection.unsafe(`select ${TRANSACTION} as id`);
				this.#holding = { connection, transaction: String(row?.["id"]) };
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
			// A connection that was lost and made anew holds nothing: by then servers have stored more.
			const { count } = await holding.connection.unsafe(
				`update service set moved_to = $1 where id = 1 and ${TRANSACTION} = $2`,
				[location, holding.transaction],
			);
			if (count !== 1) throw new SavepointError("STORAGE_AWAY");
			await holding.connection.unsafe("commit");
		} catch (error) {
			throw translatePostgresError(error);
		}
		this.#holding = null;
		holding.connection.release();
	}

	async release(): Promise<void> {
		const holding = this.#holding;
		this.#holding = null;
		if (holding === null) return;
		await holding.connection.unsafe("rollback").catch(() => undefined);
		holding.connection.release();
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
