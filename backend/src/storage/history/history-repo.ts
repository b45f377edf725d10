import type { SqlDriver, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList, StorageModule } from "../module.js";

/** The counters at a moment, over all servers. */
export interface HistorySample {
	readonly atMs: number;
	readonly started: number;
	readonly won: number;
	readonly lost: number;
	readonly abandoned: number;
}

/** Several servers may take the sample of one minute; the first is as good as the others. */
const insertSample: WriteStatement = {
	sql: `insert into stats_history (at, started, won, lost, abandoned)
		values ($1, $2, $3, $4, $5) on conflict (at) do nothing`,
	paramCount: 5,
	changes: "any",
};

/** Of what is older than `$1` one sample an hour stays; never more than some of them at once. */
const thinOut: WriteStatement = {
	sql: `delete from stats_history where at in (
			select at from stats_history where at < $1 and at % 3600000 <> 0 order by at limit $2)`,
	paramCount: 2,
	changes: "any",
};

export const HISTORY: StorageModule = {
	name: "history",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertSample, thinOut],
};

export class HistoryRepo {
	readonly #driver: SqlDriver;
	readonly #places: { readonly insert: number; readonly thin: number };

	constructor(driver: SqlDriver, statements: StatementList) {
		this.#driver = driver;
		this.#places = {
			insert: statements.placeOf(insertSample),
			thin: statements.placeOf(thinOut),
		};
	}

	/** Oldest first: the last sample of each `stepMs` since `fromMs`, at most `limit` of them. */
	async since(fromMs: number, stepMs: number, limit: number): Promise<HistorySample[]> {
		const rows = await this.#driver.query(
			`select at, started, won, lost, abandoned from stats_history
			where at in (select max(at) from stats_history where at >= $1 group by at / $2)
			order by at limit $3`,
			[fromMs, stepMs, limit],
		);
		return rows.map((row) => ({
			atMs: Number(row["at"]),
			started: Number(row["started"]),
			won: Number(row["won"]),
			lost: Number(row["lost"]),
			abandoned: Number(row["abandoned"]),
		}));
	}

	sample({ atMs, started, won, lost, abandoned }: HistorySample): LoneStatement {
		return { place: this.#places.insert, params: [atMs, started, won, lost, abandoned] };
	}

	/** Thins out what is older than `beforeMs`, `rows` at most. */
	thinning(beforeMs: number, rows: number): LoneStatement {
		return { place: this.#places.thin, params: [beforeMs, rows] };
	}
}
