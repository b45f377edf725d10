import type { TransactionSql } from "postgres";
import { SavepointError } from "../errors.js";
import type { Query, Reads } from "./doctor/reads.js";
import type { SqlRow, SqlValue } from "./driver.js";
import { asParameter, connect, shownAddress } from "./postgres-connection.js";
import { postgresCode, postgresReason, translatePostgresError } from "./postgres-errors.js";
import { PostgresHosts } from "./postgres-hosts.js";

/** How often it asks whether somebody waits for it. */
const GIVE_WAY_EVERY_MS = 1_000;
/** A migration that waits for a table we read; everybody who comes after it waits for it, then. */
const WAITING = `select 1 as found from pg_locks where not granted and locktype = 'relation'
	and pg_backend_pid() = any(pg_blocking_pids(pid)) limit 1`;

/**
 * A look at a database beside its servers: one transaction that cannot write and sees everything as
 * it was at one moment. Takes no slot, migrates nothing, waits for nobody and keeps nobody waiting:
 * where a migration waits for it, it ends.
 *
 * Rejects with STORAGE_AWAY, STORAGE_MISSING, STORAGE_PERMISSION, and STORAGE_BUSY where it gave
 * way.
 */
export async function lookIntoPostgres<T>(
	url: string,
	read: (look: PostgresLook) => Promise<T>,
): Promise<T> {
	const connections = connect({
		url,
		max: 1,
		synchronousCommit: null,
		isPatient: true,
		mayBeStandby: true,
	});
	try {
		// Of several servers each is asked once.
		const hosts = PostgresHosts.of(url)?.count ?? 1;
		for (let tries = 1; ; tries += 1) {
			let isThere = false;
			try {
				return (await connections.begin(
					"isolation level repeatable read read only",
					(transaction) => {
						isThere = true;
						return read(new PostgresLook(transaction));
					},
				)) as T;
			} catch (error) {
				const isAway = postgresCode(error) === "STORAGE_AWAY";
				if (isThere || !isAway || tries >= hosts) throw error;
			}
		}
	} catch (error) {
		throw explained(error, url);
	} finally {
		await connections.end({ timeout: 2 });
	}
}

export class PostgresLook implements Reads {
	readonly #transaction: TransactionSql<{ bigint: number }>;
	#cursors = 0;
	/** After it the transaction answers nothing more; whoever asks on gets the reason again. */
	#failure: SavepointError | null = null;
	#askedAtMs = performance.now();

	constructor(transaction: TransactionSql<{ bigint: number }>) {
		this.#transaction = transaction;
	}

	async select(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
		if (this.#failure !== null) throw this.#failure;
		try {
			const rows = await this.#transaction.unsafe(sql, params.map(asParameter));
			return [...rows] as SqlRow[];
		} catch (error) {
			this.#failure = translatePostgresError(error);
			throw this.#failure;
		}
	}

	async hasTable(name: string): Promise<boolean> {
		const [row] = await this.select("select (to_regclass($1) is not null)::int as found", [name]);
		return row?.["found"] === 1;
	}

	/** All that one look reads is of one moment. */
	async atOneMoment(...queries: readonly Query[]): Promise<SqlRow[][]> {
		const answers: SqlRow[][] = [];
		for (const [sql, params] of queries) {
			await this.#giveWay();
			answers.push(await this.select(sql, params));
		}
		return answers;
	}

	/** Through a cursor; several may be open side by side. */
	async *pages(sql: string, rowsMax: number): AsyncGenerator<SqlRow[]> {
		this.#cursors += 1;
		const name = `look_${this.#cursors}`;
		await this.select(`declare ${name} no scroll cursor for ${sql}`);
		for (let isLast = false; !isLast; ) {
			await this.#giveWay();
			const rows = await this.select(`fetch forward ${rowsMax} from ${name}`);
			isLast = rows.length < rowsMax;
			yield rows;
		}
	}

	async #giveWay(): Promise<void> {
		const nowMs = performance.now();
		if (nowMs - this.#askedAtMs < GIVE_WAY_EVERY_MS) return;
		this.#askedAtMs = nowMs;
		if ((await this.select(WAITING)).length === 0) return;
		throw new SavepointError(
			"STORAGE_BUSY",
			"A change of the schema, as a newer server's start makes it, waits for this look, which has ended to let it through; run it again.",
		);
	}
}

/** In the words of whoever named the address, which is shown without its password. */
function explained(error: unknown, url: string): SavepointError {
	const known = translatePostgresError(error);
	const place = shownAddress(url);
	const cause = { cause: known.cause };
	if (error instanceof SavepointError) return error;
	switch (known.code) {
		case "STORAGE_MISSING":
			return new SavepointError(
				known.code,
				`There is no database at ${place}. Name the right one with --db or DATABASE_URL, or make it with createdb; the first server that starts makes its tables. Nothing was created.`,
				cause,
			);
		case "STORAGE_AWAY":
			return new SavepointError(
				known.code,
				`The database server of ${place} does not answer: ${postgresReason(error)}`,
				cause,
			);
		default:
			return known;
	}
}

/** A database without a schema of ours: an empty one, or another program's. */
export const demandSchema = async (look: PostgresLook, url: string): Promise<void> => {
	if (await look.hasTable("schema_migrations")) return;
	throw new SavepointError(
		"STORAGE_MISSING",
		`There is no storage in ${shownAddress(url)}: name the right database with --db or DATABASE_URL, or start a server, which makes the tables. Nothing was created.`,
	);
};
