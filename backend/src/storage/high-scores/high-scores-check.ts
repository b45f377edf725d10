import { setImmediate as nextTurn } from "node:timers/promises";
import { replayIdFor } from "../../ids.js";
import type { Examination } from "../doctor/examination.js";
import { isPageDamage } from "../doctor/unreadable.js";
import type { SqlRow } from "../driver.js";
import { UnreadableRow } from "../serializers.js";
import { highScoreFromRow } from "./high-score-rows.js";

/** Rows to a transaction. */
const CHUNK_ROWS = 256;

const HAS_TABLE = "select name from sqlite_schema where name = 'high_scores'";
const SCORES = `select scores.*, sessions.session_id, sessions.result as session_result,
		sessions.duration_ms as session_duration_ms,
		(select count(*) from artifacts where artifacts.session_key = scores.session_key
			and artifacts.status <> 'deposited') as session_remaining
	from high_scores as scores left join sessions using (session_key)
	where score_id > $1 order by score_id limit ${CHUNK_ROWS}`;

/** Every high score: its row's checksum, and that its session exists and ended as the row says. */
export async function checkHighScores(examination: Examination): Promise<void> {
	const { database, findings, onProgress } = examination;
	try {
		if (database.all(HAS_TABLE).length === 0) return;
		let after = "";
		for (let done = 0; ; done += CHUNK_ROWS) {
			onProgress({ step: "high scores", done, total: done + CHUNK_ROWS });
			const rows = database.snapshot(() => database.all(SCORES, [after]));
			for (const row of rows) {
				const harm = harmOf(row);
				if (harm !== null) findings.addDamage(`High score ${row["score_id"]}: ${harm}.`);
			}
			if (rows.length < CHUNK_ROWS) return;
			after = String(rows.at(-1)?.["score_id"]);
			await nextTurn();
		}
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		findings.addDamage(`The high scores cannot be read: ${error.message}.`);
	}
}

function harmOf(row: SqlRow): string | null {
	try {
		const { proof, result, remaining } = highScoreFromRow(row);
		if (proof === null) return null;
		if (row["session_id"] === null) return "its session does not exist";
		if (row["session_result"] !== result) return "its session ended with another result";
		if (row["session_remaining"] !== remaining) return "its session left another number behind";
		if (row["session_duration_ms"] !== proof.durationMs) return "its session had another duration";
		const isOfSession = replayIdFor(String(row["session_id"]), proof.sessionKey) === proof.replayId;
		return isOfSession ? null : "its replay is that of another session";
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		return error.message;
	}
}
