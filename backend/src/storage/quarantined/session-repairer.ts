import { SavepointError } from "../../errors.js";
import type { SqlRow, SqlValue, WriteBatch, WriteStatement } from "../driver.js";
import type { LoneStatement } from "../lone-changes.js";
import type { StatementList } from "../module.js";
import { logEntries } from "../packed-log.js";
import type { Commits } from "../ports.js";
import { Rebuild } from "../rebuild.js";
import {
	type LogCandidate,
	type RebuiltSession,
	type Remains,
	rebuildSession,
} from "../recovery/rebuilt-session.js";
import { UnreadableRow } from "../serializers.js";
import { raiseGeneration } from "../service-rows.js";
import { insertMove, storedMoveParams } from "../session-repo.js";
import { artifactParams, insertSession, sessionParams, upsertArtifact } from "../session-rows.js";
import type { Standing } from "./quarantined-rows.js";
import { evidenceText, quarantinedParams, settleQuarantined } from "./quarantined-rows.js";
import { deleteStatements } from "./repair-statements.js";

/** What a repair does, or would do, to one session. */
export interface RepairPlan {
	readonly sessionKey: number;
	/** As it stands after the repair; `harmed`: nothing proves it, it stays as it is. */
	readonly standing: Standing;
	readonly reason: string;
	readonly keptMoves: number | null;
	readonly lost: { readonly fromSeq: number; readonly toSeq: number } | null;
}

/** A way to read, committed and bounded: the driver, or a look from outside. */
export interface RepairReader {
	query(sql: string, params: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

interface Found {
	readonly plan: RepairPlan;
	readonly rebuilt: RebuiltSession | null;
	/** The rows as they were found. */
	readonly rows: readonly SqlRow[];
}

/** What a repair of this session would do; null: it verifies. Writes nothing. */
export async function planRepair(reader: RepairReader, key: number): Promise<RepairPlan | null> {
	return (await findHarm(reader, key))?.plan ?? null;
}

async function findHarm(reader: RepairReader, key: number): Promise<Found | null> {
	for (let row = await readRow(reader, key); ; ) {
		const [artifacts, entries] = [
			await reader.query(SELECT_ARTIFACTS, [key]),
			await reader.query(SELECT_LOG, [key]),
		];
		const whole = entries.filter((entry) => entry["packed"] !== null);
		const log = entries.filter((entry) => entry["packed"] === null);
		const reason = reasonOf(row, artifacts, [...whole, ...log]);
		if (reason === null) return null;
		// As in `SessionRepo.load`: where the row has changed meanwhile, these were of two moments.
		const rowNow = await readRow(reader, key);
		if (rowNow["checksum"] === row["checksum"]) {
			const rebuilt = rebuildSession(remainsOf(key, row, log, whole));
			const rows = [row, ...log, ...artifacts];
			return { plan: planOf(key, row, reason, rebuilt), rebuilt, rows };
		}
		row = rowNow;
	}
}

/** One statement sees one moment, whatever the writer folds or packs meanwhile. */
const SELECT_LOG = "select * from session_log where session_key = $1 order by seq";
const SELECT_ARTIFACTS = "select * from artifacts where session_key = $1 order by artifact_index";

async function readRow(reader: RepairReader, key: number): Promise<SqlRow> {
	const [row] = await reader.query("select * from sessions where session_key = $1", [key]);
	if (row === undefined) throw new SavepointError("SESSION_NOT_FOUND");
	return row;
}

/** As a load finds it; null: it verifies. */
function reasonOf(
	row: SqlRow,
	artifacts: readonly SqlRow[],
	log: readonly SqlRow[],
): string | null {
	try {
		const rebuild = new Rebuild(row, artifacts);
		rebuild.feed(logEntries(log));
		rebuild.finish();
		return null;
	} catch (error) {
		return error instanceof UnreadableRow ? error.message : "it cannot be rebuilt";
	}
}

function remainsOf(
	key: number,
	row: SqlRow,
	log: readonly SqlRow[],
	whole: readonly SqlRow[],
): Remains {
	const seqs = [...log, ...whole].map((entry) => Number(entry["seq"]));
	return {
		key,
		rows: [row],
		lastSeenSeq: Math.max(0, ...seqs),
		*wholeLogs() {
			for (const one of whole) yield candidatesOf(one);
		},
		*candidates(seq) {
			for (const entry of log)
				if (entry["seq"] === seq) yield { entry, source: "file" } satisfies LogCandidate;
		},
	};
}

function candidatesOf(row: SqlRow): LogCandidate[] {
	try {
		return logEntries([row]).map((entry) => ({ entry, source: "file" }));
	} catch {
		return [];
	}
}

function planOf(
	sessionKey: number,
	row: SqlRow,
	reason: string,
	rebuilt: RebuiltSession | null,
): RepairPlan {
	const set = { sessionKey, reason };
	if (rebuilt === null) return { ...set, standing: "harmed", keptMoves: null, lost: null };
	// A row that does not verify and says that it had ended: a repair must not begin it again.
	const mayHaveEnded = rebuilt.standing === "cut" && row["result"] !== null;
	return {
		...set,
		standing: mayHaveEnded ? "kept" : rebuilt.standing,
		keptMoves: rebuilt.record.seq,
		lost: rebuilt.lost,
	};
}

export interface RepairerParts {
	readonly reader: RepairReader;
	readonly statements: StatementList;
	readonly commits: Pick<Commits, "refusal" | "begin" | "finish">;
	readonly now: () => number;
}

/** Rebuilds sessions that do not verify, each in one transaction with its row in the register. */
export class SessionRepairer {
	readonly #parts: RepairerParts;

	constructor(parts: RepairerParts) {
		this.#parts = parts;
	}

	/**
	 * Rebuilds the session as far as its log verifies; null: it verifies already. The counters do not
	 * change: one that was active is active, and one that had ended is never begun again. Where moves
	 * are lost of one that plays on, the storage's generation rises with it, by which clients notice.
	 * Rejects with SESSION_NOT_FOUND, what `refusal` says, and what a commit may fail with; nothing
	 * has changed then.
	 */
	async repair(
		key: number,
		/** What is written in the same transaction. */
		along: (plan: RepairPlan) => readonly LoneStatement[] = () => [],
	): Promise<RepairPlan | null> {
		const { reader, commits } = this.#parts;
		const found = await findHarm(reader, key);
		if (found === null) return null;
		const refusal = commits.refusal();
		if (refusal !== null) throw refusal;
		await new Promise<void>((resolve, reject) => {
			const batch = commits.begin();
			this.#push(batch, found);
			for (const { place, params } of along(found.plan)) batch.push(place, key, ...params);
			commits.finish(key, null, { committed: resolve, failed: reject });
		});
		return found.plan;
	}

	#push(batch: WriteBatch, { plan, rebuilt, rows }: Found): void {
		const { statements, now } = this.#parts;
		const { sessionKey } = plan;
		const push = (statement: WriteStatement, params: readonly SqlValue[]): void => {
			batch.push(statements.placeOf(statement), sessionKey, ...params);
		};
		const isRebuilt = plan.standing === "whole" || plan.standing === "cut";
		// 1. What is there goes, what verifies takes its place.
		if (isRebuilt && rebuilt !== null) {
			const { record, entries } = rebuilt;
			for (const statement of deleteStatements) push(statement, [sessionKey]);
			push(insertSession, sessionParams(record));
			for (const artifact of record.state.artifacts.values())
				push(upsertArtifact, artifactParams(sessionKey, artifact));
			for (const { entry } of entries) push(insertMove, storedMoveParams(entry));
		}
		if (plan.standing === "cut") push(raiseGeneration, []);
		// 2. What was there is kept as evidence, and what is lost has its name.
		push(
			settleQuarantined,
			quarantinedParams({
				...plan,
				noticedAtMs: now(),
				rebuiltAtMs: isRebuilt ? now() : null,
				evidence: evidenceText(rows),
			}),
		);
	}
}
