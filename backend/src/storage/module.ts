import type { Check } from "./doctor/examination.js";
import type { WriteStatement } from "./driver.js";

/**
 * A kind of data: its migrations and the statements it writes with. Its repository is built over
 * `StorageAccess` by whoever needs it. The list of modules is `modules.ts`.
 */
export interface StorageModule {
	readonly name: string;
	/**
	 * Folder of `NNNNNN-name.sql` (or `.sqlite.sql` and `.postgres.sql`); numbers are unique over all
	 * modules.
	 */
	readonly migrations: URL;
	readonly statements: readonly WriteStatement[];
	/**
	 * Where its rows need a session's log for ever: a query that finds a row for the session `s`.
	 * Retention leaves such a session alone.
	 */
	readonly keepsSessions?: string;
	/** What goes with a session that an operator deleted; `$1` is its key. Also in `statements`. */
	readonly purgeOfSession?: WriteStatement;
	/**
	 * What doctor asks about it. The table may not be there yet: doctor also looks at a database
	 * whose migrations are pending.
	 */
	readonly check?: Check;
}

/**
 * Gives every write statement of every module its place in the one list that the driver prepares.
 */
export class StatementList {
	readonly all: readonly WriteStatement[];
	readonly #places: ReadonlyMap<WriteStatement, number>;

	constructor(modules: readonly StorageModule[]) {
		this.all = modules.flatMap((module) => module.statements);
		this.#places = new Map(this.all.map((statement, place) => [statement, place]));
	}

	/** Throws when the statement's module is not in the list: a programmer's error. */
	placeOf(statement: WriteStatement): number {
		const place = this.#places.get(statement);
		if (place === undefined)
			throw new Error(`write statement of no listed module: ${statement.sql}`);
		return place;
	}
}
