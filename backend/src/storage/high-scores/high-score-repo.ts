import type { Log } from "../../log.js";
import type { SqlDriver, SqlRow } from "../driver.js";
import type { StatementList, StorageModule } from "../module.js";
import type { Commits, CommitWaiter } from "../ports.js";
import { UnreadableRow } from "../serializers.js";
import {
	deleteScoreOfSession,
	highScoreFromRow,
	highScoreParams,
	insertHighScore,
} from "./high-score-rows.js";
import { checkHighScores } from "./high-scores-check.js";
import type { HighScoreRepository, StoredScore } from "./ports.js";

/**
 * High scores as a kind of data of their own; a row in `modules.ts` is all the storage knows of
 * them.
 */
export const HIGH_SCORES: StorageModule = {
	name: "high scores",
	migrations: new URL("./migrations/", import.meta.url),
	statements: [insertHighScore, deleteScoreOfSession],
	// The list links to the replay.
	keepsSessions: "select 1 from high_scores h where h.session_key = s.session_key",
	purgeOfSession: deleteScoreOfSession,
	check: checkHighScores,
};

export interface HighScoreRepoParts {
	readonly driver: SqlDriver;
	readonly statements: StatementList;
	readonly commits: Pick<Commits, "refusal" | "begin" | "finish">;
	readonly log: Log;
}

/** Written once, over any driver. Promises: see `HighScoreRepository` in ports.ts. */
export class HighScoreRepo implements HighScoreRepository {
	readonly #parts: HighScoreRepoParts;
	readonly #place: number;
	#unproven = 0;

	constructor(parts: HighScoreRepoParts) {
		this.#parts = parts;
		this.#place = parts.statements.placeOf(insertHighScore);
	}

	async top(limit: number): Promise<StoredScore[]> {
		const rows = await this.#parts.driver.query(
			`select * from high_scores h
			where not exists (select 1 from removed_sessions r where r.session_key = h.session_key)
			order by standing, remaining, average_wait_ms, created_at, score_id limit $1`,
			[limit],
		);
		return rows.flatMap((row) => this.#readable(row) ?? []);
	}

	async findByKey(createKey: string): Promise<StoredScore | null> {
		const [row] = await this.#parts.driver.query(
			"select * from high_scores where create_key = $1",
			[createKey],
		);
		// One that does not read back is an error here: nobody may be told that nothing was stored.
		return row === undefined ? null : highScoreFromRow(row);
	}

	async hasScore(sessionKey: number): Promise<boolean> {
		const rows = await this.#parts.driver.query(
			"select score_id from high_scores where session_key = $1",
			[sessionKey],
		);
		return rows.length > 0;
	}

	add(score: StoredScore, waiter: CommitWaiter): void {
		const { commits } = this.#parts;
		const refusal = commits.refusal();
		if (refusal !== null) {
			waiter.failed(refusal);
			return;
		}
		// A change of no session is a group of its own: should it be rejected, it fails alone. Sessions
		// count upwards from 1, and 0 is the batch itself.
		const group = score.proof?.sessionKey ?? this.#nextGroup();
		commits.begin().push(this.#place, group, ...highScoreParams(score));
		commits.finish(group, null, waiter);
	}

	#nextGroup(): number {
		this.#unproven += 1;
		return -this.#unproven;
	}

	#readable(row: SqlRow): StoredScore | null {
		try {
			return highScoreFromRow(row);
		} catch (error) {
			if (!(error instanceof UnreadableRow)) throw error;
			this.#parts.log.error({ scoreId: String(row["score_id"]) }, error.message);
			return null;
		}
	}
}
