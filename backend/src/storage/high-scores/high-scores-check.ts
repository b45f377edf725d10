import { setImmediate as nextTurn } from "node:timers/promises";
import { remainingArtifacts } from "@savepoint/core";
import { replayIdFor } from "../../ids.js";
import type { Examination } from "../doctor/examination.js";
import type { Reads } from "../doctor/reads.js";
import { isPageDamage } from "../doctor/unreadable.js";
import type { SqlRow } from "../driver.js";
import { logEntries } from "../packed-log.js";
import { Rebuild } from "../rebuild.js";
import { UnreadableRow } from "../serializers.js";
import { highScoreFromRow } from "./high-score-rows.js";

/** Rows to a transaction. */
const CHUNK_ROWS = 256;

const SCORES = `select scores.*, sessions.session_id, sessions.result as session_result,
		sessions.duration_ms as session_duration_ms
	from high_scores as scores left join sessions using (session_key)
	where score_id > $1 order by score_id limit ${CHUNK_ROWS}`;

/** Every high score: its row's checksum, and that its session exists and ended as the row says. */
export async function checkHighScores(examination: Examination): Promise<void> {
	const { reads, findings, onProgress } = examination;
	try {
		if (!(await reads.hasTable("high_scores"))) return;
		let after = "";
		for (let done = 0; ; done += CHUNK_ROWS) {
			onProgress({ step: "high scores", done, total: done + CHUNK_ROWS });
			const [rows = []] = await reads.atOneMoment([SCORES, [after]]);
			for (const row of rows) {
				const harm = await harmOf(row, reads);
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

async function harmOf(row: SqlRow, reads: Reads): Promise<string | null> {
	try {
		const { proof, result, remaining } = highScoreFromRow(row);
		if (proof === null) return null;
		if (row["session_id"] === null) return "its session does not exist";
		if (row["session_result"] !== result) return "its session ended with another result";
		if (((await leftIn(reads, proof.sessionKey)) ?? remaining) !== remaining)
			return "its session left another number behind";
		if (row["session_duration_ms"] !== proof.durationMs) return "its session had another duration";
		const isOfSession = replayIdFor(String(row["session_id"]), proof.sessionKey) === proof.replayId;
		return isOfSession ? null : "its replay is that of another session";
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		return error.message;
	}
}

/** What the session's log leaves undeposited; null: it does not verify, which is said elsewhere. */
async function leftIn(reads: Reads, sessionKey: number): Promise<number | null> {
	const [[session] = [], artifacts = [], log = []] = await reads.atOneMoment(
		["select * from sessions where session_key = $1", [sessionKey]],
		["select * from artifacts where session_key = $1 order by artifact_index", [sessionKey]],
		["select * from session_log where session_key = $1 order by seq", [sessionKey]],
	);
	if (session === undefined) return null;
	try {
		const rebuild = new Rebuild(session, artifacts);
		rebuild.feed(logEntries(log));
		return remainingArtifacts(rebuild.finish().record.state);
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		return null;
	}
}
