import { rmSync } from "node:fs";
import type { SessionResult } from "@savepoint/core";
import { noCounters } from "../counters.js";
import { SavepointError } from "../errors.js";
import { localDay } from "../local-day.js";
import { COUNTED } from "./doctor/counters-check.js";
import type { SqlValue, WriteBatch, WriteStatement } from "./driver.js";
import type { Migration } from "./migrate.js";
import type { StatementList } from "./module.js";
import { isByPlayer } from "./player-activity.js";
import {
	type QuarantinedSession,
	quarantinedParams,
	settleQuarantined,
} from "./quarantined/quarantined-rows.js";
import type { RebuiltSession } from "./recovery/rebuilt-session.js";
import { ONLY_SLOT, pushCounters, updateCounters } from "./service-rows.js";
import { insertMove, storedMoveParams } from "./session-repo.js";
import {
	artifactParams,
	insertSession,
	sessionParams,
	storedSessionParams,
	upsertArtifact,
} from "./session-rows.js";
import { makeEmpty } from "./sqlite-create.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { migrateConnection } from "./sqlite-salvage-scratch.js";
import { SqliteWriter } from "./sqlite-writer.js";

/** Enough for one transaction, and little to hold. */
const BATCH_VALUES = 50_000;

export const recoveredPath = (paths: DatabasePaths): string => `${paths.database}.rebuilt`;

export function removeRecovered(paths: DatabasePaths): void {
	for (const suffix of ["", "-wal", "-shm", "-journal", ".instance"])
		rmSync(recoveredPath(paths) + suffix, { force: true });
}

/** The clock of the service, as far as it was found. */
export interface RecoveredClock {
	readonly instanceId: string;
	/** Higher than any that a client may have seen, so that clients compare and resend. */
	readonly generation: number;
	readonly createdAtMs: number;
	readonly heartbeatAtMs: number;
	readonly downtimeMs: number;
}

/**
 * The database that a recovery makes, beside the place of the old one: written by the statements
 * and the writer of the server, so that what comes back has the form of what was never lost.
 */
export class RecoveredDatabase {
	readonly writer: SqliteWriter;
	readonly #statements: StatementList;
	/** Keys of sessions that were left out. */
	readonly contradicted: number[] = [];
	#waiting: { key: number; change: WriteBatch; session: RebuiltSession | null }[] = [];
	#waitingValues = 0;
	#latestActivityAtMs: number | null = null;
	#latestStartAtMs: number | null = null;

	private constructor(writer: SqliteWriter, statements: StatementList) {
		this.writer = writer;
		this.#statements = statements;
	}

	/** Throws STORAGE_FULL, STORAGE_IO and what a start throws for its settings. */
	static async create(
		paths: DatabasePaths,
		known: readonly Migration[],
		statements: StatementList,
	): Promise<RecoveredDatabase> {
		removeRecovered(paths);
		makeEmpty(recoveredPath(paths));
		const writer = new SqliteWriter({ path: recoveredPath(paths), unsafeSync: false });
		await migrateConnection(writer.connection, known);
		writer.prepare(statements.all);
		return new RecoveredDatabase(writer, statements);
	}

	add(session: RebuiltSession): void {
		const { record, row, standing, entries } = session;
		const { key } = record;
		const change: WriteBatch = [];
		const push = (statement: WriteStatement, params: readonly SqlValue[]): void => {
			change.push(this.#statements.placeOf(statement), key, ...params);
		};
		// 1. The row: as it stood where the log does not reach what it stands for.
		const isAsItStood = standing === "kept" && row !== null;
		push(insertSession, isAsItStood ? storedSessionParams(row) : sessionParams(record));
		// 2. What the log leads to.
		if (!isAsItStood)
			for (const artifact of record.state.artifacts.values())
				push(upsertArtifact, artifactParams(key, artifact));
		for (const { entry } of entries) push(insertMove, storedMoveParams(entry));
		this.#waiting.push({ key, change, session });
		this.#waitingValues += change.length;
		if (this.#waitingValues >= BATCH_VALUES) this.flush();
	}

	/** The row of the register for a session of which something is missing. */
	addQuarantined(quarantined: QuarantinedSession): void {
		const params = quarantinedParams(quarantined);
		const key = quarantined.sessionKey;
		const change = [this.#statements.placeOf(settleQuarantined), key, ...params];
		this.#waiting.push({ key, change, session: null });
		this.#waitingValues += change.length;
	}

	/** A session that contradicts another one (the same id twice) is left out, by name. */
	flush(): void {
		while (this.#waiting.length > 0) {
			const outcome = this.writer.commit(this.#waiting.flatMap(({ change }) => change));
			if (outcome.kind === "committed") break;
			if (outcome.kind !== "rejected") throw new SavepointError(outcome.code, outcome.reason);
			const { groups } = outcome;
			this.contradicted.push(...groups);
			this.#waiting = this.#waiting.filter(({ key }) => !groups.includes(key));
		}
		for (const { session } of this.#waiting) if (session !== null) this.#count(session);
		this.#waiting = [];
		this.#waitingValues = 0;
		if (this.writer.isFoldDue) this.writer.foldTail();
		if (this.writer.isCheckpointDue) this.writer.checkpoint("passive");
	}

	#count({ record, entries }: RebuiltSession): void {
		this.#latestStartAtMs = Math.max(this.#latestStartAtMs ?? 0, record.startedAtMs);
		this.#noteActivity(record.startedAtMs);
		for (const { entry } of entries)
			if (isByPlayer(entry)) this.#noteActivity(Number(entry["recorded_at"]));
	}

	/** After the last session: the clock, and the counters from a recount (S3). */
	finish(clock: RecoveredClock): void {
		this.flush();
		const { connection } = this.writer;
		connection
			.prepare(
				`insert into service (id, instance_id, created_at, heartbeat_at, downtime_ms, generation)
				values (1, $instanceId, $createdAtMs, $heartbeatAtMs, $downtimeMs, $generation)`,
			)
			.run(clock);
		connection
			.prepare(
				`insert into session_stats
					(slot, started, stale_ended, won, lost, abandoned, today, started_today)
				values (?, 0, 0, 0, 0, 0, 0, 0)`,
			)
			.run(ONLY_SLOT);
		const counters: WriteBatch = [];
		pushCounters(counters, this.#statements.placeOf(updateCounters), this.#recount());
		const outcome = this.writer.commit(counters);
		if (outcome.kind !== "committed") throw new SavepointError(outcome.code, outcome.reason);
		this.writer.foldTail();
		this.writer.checkpoint("truncate");
	}

	#recount() {
		const counted = this.writer.connection.prepare(COUNTED).get() as Record<
			SessionResult | "started" | "stale_ended" | "latest_completed_at",
			number
		>;
		const today = this.#latestStartAtMs === null ? 0 : localDay(this.#latestStartAtMs);
		const starts = this.writer.connection
			.prepare("select started_at from sessions where started_at > ?")
			.pluck()
			.all((this.#latestStartAtMs ?? 0) - 2 * DAY_MS) as number[];
		return {
			...noCounters(),
			started: counted.started,
			staleEnded: counted.stale_ended,
			won: counted.won,
			lost: counted.lost,
			abandoned: counted.abandoned,
			latestCompletedAtMs: counted.latest_completed_at,
			latestActivityAtMs: this.#latestActivity(),
			today,
			startedToday: starts.filter((atMs) => localDay(atMs) === today).length,
		};
	}

	#latestActivity(): number | null {
		const archived = this.writer.connection
			.prepare("select max(activity_at) from archived_sessions")
			.pluck()
			.get() as number | null;
		if (archived !== null) this.#noteActivity(archived);
		return this.#latestActivityAtMs;
	}

	#noteActivity(atMs: number): void {
		this.#latestActivityAtMs = Math.max(this.#latestActivityAtMs ?? atMs, atMs);
	}
}

const DAY_MS = 86_400_000;
