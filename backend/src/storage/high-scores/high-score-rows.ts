import { SCORE_RESULTS } from "@savepoint/core";
import type { SqlRow, SqlValue, WriteStatement } from "../driver.js";
import { rowChecksum, UnreadableRow } from "../serializers.js";
import type { ScoreProof, StoredScore } from "./ports.js";

/** The rows of `high_scores`: the statement that writes them and the columns both ways. */

export const insertHighScore: WriteStatement = {
	sql: `insert into high_scores (score_id, created_at, create_key, player_tag, result, remaining,
			session_key, replay_id, duration_ms, average_wait_ms, standing, checksum)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
	paramCount: 12,
	changes: 1,
};

export const deleteScoreOfSession: WriteStatement = {
	sql: "delete from high_scores where session_key = $1",
	paramCount: 1,
	changes: "any",
};

const COLUMNS = [
	"score_id",
	"created_at",
	"create_key",
	"player_tag",
	"result",
	"remaining",
	"session_key",
	"replay_id",
	"duration_ms",
	"average_wait_ms",
	"standing",
] as const;

const standingOf = ({ result, proof }: StoredScore): number =>
	(proof === null ? 2 : 0) + (result === "won" ? 0 : 1);

/** Domain → row, in the order of the statement's parameters. */
export function highScoreParams(score: StoredScore): SqlValue[] {
	const { proof } = score;
	const values: SqlValue[] = [
		score.id,
		score.createdAtMs,
		score.createKey,
		score.playerTag,
		score.result,
		score.remaining,
		proof?.sessionKey ?? null,
		proof?.replayId ?? null,
		proof?.durationMs ?? null,
		proof?.averageWaitMs ?? null,
		standingOf(score),
	];
	return [...values, rowChecksum(values)];
}

/** Row → domain, checked. Throws UnreadableRow. */
export function highScoreFromRow(row: SqlRow): StoredScore {
	const values = COLUMNS.map((column) => row[column] ?? null);
	if (rowChecksum(values) !== row["checksum"])
		throw new UnreadableRow("a high score does not match its checksum");
	const result = SCORE_RESULTS.find((word) => word === row["result"]);
	if (result === undefined) throw new UnreadableRow("a high score's result does not read back");
	return {
		id: String(row["score_id"]),
		createdAtMs: Number(row["created_at"]),
		createKey: row["create_key"] as string | null,
		playerTag: String(row["player_tag"]),
		result,
		remaining: Number(row["remaining"]),
		proof: row["session_key"] === null ? null : proofFromRow(row),
	};
}

const proofFromRow = (row: SqlRow): ScoreProof => ({
	sessionKey: Number(row["session_key"]),
	replayId: String(row["replay_id"]),
	durationMs: Number(row["duration_ms"]),
	averageWaitMs: Number(row["average_wait_ms"]),
});
