import type { SqlDriver, WriteStatement } from "#src/storage/driver.js";
import type { StatementList, StorageModule } from "#src/storage/module.js";
import type { Commits, CommitWaiter } from "#src/storage/ports.js";
import { type Souvenir, souvenirFromRow, souvenirParams } from "./souvenir-rows.js";

/**
 * The placeholder of user story 3: a kind of data that the storage has never heard of, with a
 * table, a serializer and a repository of its own. The README of the storage room shows it as its
 * worked example.
 */

const insertSouvenir: WriteStatement = {
	sql: "insert into souvenirs (session_key, place, note, taken_at) values ($1, $2, $3, $4)",
	paramCount: 4,
	changes: 1,
};

export const SOUVENIRS: StorageModule = {
	name: "souvenirs",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertSouvenir],
};

export class SouvenirRepo {
	readonly #driver: SqlDriver;
	readonly #commits: Commits;
	readonly #place: number;

	constructor(parts: { driver: SqlDriver; statements: StatementList; commits: Commits }) {
		this.#driver = parts.driver;
		this.#commits = parts.commits;
		this.#place = parts.statements.placeOf(insertSouvenir);
	}

	/**
	 * Durable when the waiter is told; rejected with its session's later changes when the place is
	 * taken.
	 */
	keep(sessionKey: number, souvenir: Souvenir, waiter: CommitWaiter): void {
		const refusal = this.#commits.refusal();
		if (refusal !== null) {
			waiter.failed(refusal);
			return;
		}
		const batch = this.#commits.begin();
		batch.push(this.#place, sessionKey, ...souvenirParams(sessionKey, souvenir));
		this.#commits.finish(sessionKey, null, waiter);
	}

	async of(sessionKey: number): Promise<Souvenir[]> {
		const rows = await this.#driver.query(
			"select * from souvenirs where session_key = $1 order by place limit 500",
			[sessionKey],
		);
		return rows.map(souvenirFromRow);
	}
}
