import { applyMove, generateLevel, newSession } from "@savepoint/core";
import { newId } from "#src/ids.js";
import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import type { LoggedBody, SessionRecord, SetBody } from "#src/storage/ports.js";
import { bodyToPlay } from "#src/storage/rebuild.js";
import { SessionRepo } from "#src/storage/session-repo.js";
import { SqliteWriter } from "#src/storage/sqlite-writer.js";
import { ScriptedDriver } from "../support/scripted-driver.js";
import { openTestStorage } from "../support/storage.js";

const START_MS = Date.UTC(2026, 0, 1);
const DURATION_MS = 60_000;
const BATCH_SESSIONS = 100;
const PACKED_SESSIONS = 500;

/**
 * A database of at least so many pages, filled by the server's own statements and writer, of which
 * three of four have ended, the first of these packed. Returns how many sessions
 * it has.
 */
export async function fillPages(database: string, pages: number): Promise<number> {
	const { close } = await openTestStorage(database);
	await close();
	const statements = new StatementList(MODULES);
	const writer = new SqliteWriter({ path: database, unsafeSync: true });
	writer.prepare(statements.all);
	const repo = new SessionRepo(new ScriptedDriver(), statements, 0);
	const level = generateLevel(1, DURATION_MS);
	let sessions = 0;
	while (Number(writer.connection.pragma("page_count", { simple: true })) < pages) {
		const batch: (string | number | null)[] = [];
		for (let count = 0; count < BATCH_SESSIONS; count += 1) {
			pushGame(repo, batch, level, sessions);
			sessions += 1;
		}
		const outcome = writer.commit(batch);
		if (outcome.kind !== "committed") throw new Error(outcome.reason);
		writer.foldTail();
		// Some of both forms.
		while (sessions <= PACKED_SESSIONS && writer.packLogs(1_000) > 0);
		writer.checkpoint("passive");
	}
	writer.checkpoint("truncate");
	writer.close();
	return sessions;
}

function pushGame(
	repo: SessionRepo,
	batch: (string | number | null)[],
	level: ReturnType<typeof generateLevel>,
	number: number,
): void {
	const startedAtMs = START_MS + number * 10;
	const record: SessionRecord = {
		key: repo.nextKey(),
		id: newId(startedAtMs),
		createKey: null,
		level,
		startedAtMs,
		downtimeBaseMs: 0,
		state: newSession(1, DURATION_MS),
		endedAtMs: null,
		stale: false,
		seq: 0,
		headHash: "",
		lastPlayMs: 0,
		snapshotSeq: 0,
		pausedMs: 0,
		playLeadMs: 0,
	};
	repo.appendSession(batch, record);
	const isActive = number % 4 === 0;
	for (let at = 0; at < 24; at += 1)
		append(repo, batch, record, { type: "spawn", xFixed: at, yFixed: at, artifactId: `a${at}` });
	for (let at = 0; at < 24; at += 1)
		append(repo, batch, record, { type: "deposit", artifactId: `a${at}` });
	if (!isActive) append(repo, batch, record, { type: "end", claim: "won", stale: false });
	repo.appendSnapshot(batch, record);
}

function append(
	repo: SessionRepo,
	batch: (string | number | null)[],
	record: SessionRecord,
	body: Exclude<LoggedBody, SetBody>,
): void {
	const recordedAtMs = record.startedAtMs + 100 * (record.seq + 1);
	applyMove(record.state, bodyToPlay(body, record.id, record.seq + 1, recordedAtMs));
	if (body.type === "end") record.endedAtMs = recordedAtMs;
	repo.appendEntry(batch, record, {
		moveId: `${record.seq + 1}`,
		body,
		playMs: 100 * (record.seq + 1),
		recordedAtMs,
		refusal: null,
	});
}
