import { checkSessionRow } from "../session-rows.js";
import type { FileExamination } from "./examination.js";
import { hasPackedLogs } from "./packed-logs.js";
import { examineRange } from "./session-range.js";
import { isPageDamage } from "./unreadable.js";

/** Sessions side by side, as they lie beside each other on the disk. */
const RANGE_KEYS = 16;
const TELL_EVERY_ROWS = 10_000;

/**
 * For a large copy: the checksum of every session's row, and some sessions, spread over all keys
 * and others each time, verified whole as `checkSessions` does. What only the whole log can tell is
 * left to a full look: rows of no session, and the time of the last activity.
 */
export function checkSample(examination: FileExamination, sampleSessions: number): void {
	try {
		examination.findings.replayed = 0;
		const lastKey = checkRows(examination);
		if (lastKey > 0) playSome(examination, sampleSessions, lastKey);
	} catch (error) {
		if (!isPageDamage(error)) throw error;
		examination.findings.addDamage(`The sessions cannot be read: ${error.message}.`);
	}
}

/** Returns the last key. */
function checkRows({ database, findings, onProgress }: FileExamination): number {
	const { tally } = findings;
	const total = Number(database.all("select count(*) as total from sessions")[0]?.["total"] ?? 0);
	let lastKey = 0;
	for (const row of database.each("select * from sessions order by session_key")) {
		lastKey = Number(row["session_key"]);
		tally.examined += 1;
		if (row["result"] === null) tally.active += 1;
		else tally.ended += 1;
		if (tally.examined % TELL_EVERY_ROWS === 0)
			onProgress({ step: "checksums", done: tally.examined, total });
		try {
			checkSessionRow(row);
		} catch (error) {
			const reason = error instanceof Error ? error.message : "it does not read back";
			findings.addHarmed({ sessionId: null, sessionKey: lastKey, reason, firstBadMove: null });
		}
	}
	return lastKey;
}

function playSome(examination: FileExamination, sampleSessions: number, lastKey: number): void {
	const { database, findings, nowMs, onProgress } = examination;
	const withPacked = hasPackedLogs(examination);
	const ranges = Math.max(1, Math.ceil(sampleSessions / RANGE_KEYS));
	const stride = Math.max(RANGE_KEYS, Math.floor(lastKey / ranges));
	const offset = nowMs % Math.max(1, stride - RANGE_KEYS + 1);
	for (let fromKey = 0; fromKey <= lastKey; fromKey += stride) {
		onProgress({ step: "replays", done: fromKey, total: lastKey });
		const first = Math.min(fromKey + offset, lastKey);
		const found = database.snapshot(() =>
			examineRange(database, {
				fromKey: first,
				toKey: first + RANGE_KEYS - 1,
				budgetMs: Number.POSITIVE_INFINITY,
				withTail: true,
				withPacked,
				withTerrain: false,
				activityUntilMs: Number.POSITIVE_INFINITY,
			}),
		);
		findings.tally.moves += found.tally.moves;
		findings.tally.artifacts += found.tally.artifacts;
		findings.replayed = (findings.replayed ?? 0) + found.tally.examined;
		for (const harmed of found.harmed) findings.addHarmed(harmed);
		for (const [place, count] of found.strays)
			findings.addDamage(`${count} rows in ${place}, which does not exist.`);
	}
}
