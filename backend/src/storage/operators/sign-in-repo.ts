import type { SqlDriver, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList, StorageModule } from "../module.js";
import { insertAuditEntry, markUndone } from "./audit-repo.js";
import type { StoredSignIn } from "./ports.js";

const insertSignIn: WriteStatement = {
	sql: `insert into operator_sign_ins (token_hash, created_at, expires_at)
		values ($1, $2, $3)`,
	paramCount: 3,
	changes: 1,
};

const deleteSignIn: WriteStatement = {
	sql: "delete from operator_sign_ins where token_hash = $1",
	paramCount: 1,
	changes: "any",
};

const deleteExpired: WriteStatement = {
	sql: "delete from operator_sign_ins where expires_at <= $1",
	paramCount: 1,
	changes: "any",
};

/** The audit log and the sign-ins: one kind of data, what operators leave behind. */
export const OPERATORS: StorageModule = {
	name: "operators",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertAuditEntry, markUndone, insertSignIn, deleteSignIn, deleteExpired],
};

export class SignInRepo {
	readonly #driver: SqlDriver;
	readonly #places: Readonly<Record<"insert" | "delete" | "expire", number>>;

	constructor(driver: SqlDriver, statements: StatementList) {
		this.#driver = driver;
		this.#places = {
			insert: statements.placeOf(insertSignIn),
			delete: statements.placeOf(deleteSignIn),
			expire: statements.placeOf(deleteExpired),
		};
	}

	async find(tokenHash: string): Promise<StoredSignIn | null> {
		const [row] = await this.#driver.query(
			"select * from operator_sign_ins where token_hash = $1",
			[tokenHash],
		);
		if (row === undefined) return null;
		return {
			tokenHash,
			createdAtMs: Number(row["created_at"]),
			expiresAtMs: Number(row["expires_at"]),
		};
	}

	insertion({ tokenHash, createdAtMs, expiresAtMs }: StoredSignIn): LoneStatement {
		return { place: this.#places.insert, params: [tokenHash, createdAtMs, expiresAtMs] };
	}

	deletion(tokenHash: string): LoneStatement {
		return { place: this.#places.delete, params: [tokenHash] };
	}

	/** Of those that are over at `nowMs`. */
	expiry(nowMs: number): LoneStatement {
		return { place: this.#places.expire, params: [nowMs] };
	}
}
