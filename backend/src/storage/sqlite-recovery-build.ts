import { setImmediate as nextTurn } from "node:timers/promises";
import type { SqlRow } from "./driver.js";
import type { Migration } from "./migrate.js";
import type { StatementList } from "./module.js";
import { evidenceText } from "./quarantined/quarantined-rows.js";
import type { HarmedByDamage, RecoveryFindings, Uncertainty } from "./recovery/findings.js";
import { type RebuiltSession, rebuildSession } from "./recovery/rebuilt-session.js";
import { type Doubt, doubtsOf, isHarmless } from "./recovery/uncertainty.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import type { BackupSource } from "./sqlite-recovery-backup.js";
import { RecoverySources } from "./sqlite-recovery-sources.js";
import { fillTables } from "./sqlite-recovery-tables.js";
import { verifyRecovered } from "./sqlite-recovery-verify.js";
import { type RecoveredClock, RecoveredDatabase, recoveredPath } from "./sqlite-recovery-writer.js";
import type { Salvaged } from "./sqlite-salvage.js";

export interface BuildOptions {
	readonly paths: DatabasePaths;
	readonly known: readonly Migration[];
	readonly statements: StatementList;
	readonly instanceId: string;
	readonly nowMs: number;
	readonly salvaged: Salvaged | null;
	readonly backup: BackupSource | null;
	readonly onProgress: (sessions: number) => void;
}

const PROGRESS_SESSIONS = 1_000;

/**
 * Makes a database of what salvage and backup hold: by session, the newest row and the longest log
 * that verify. It is whole, counted and held to doctor's questions when this resolves; its file has
 * not yet the name of the database.
 *
 * @throws STORAGE_CORRUPT where what was made does not verify; STORAGE_FULL; STORAGE_IO.
 */
export async function buildRecovered(options: BuildOptions): Promise<RecoveryFindings> {
	const startedAtMs = performance.now();
	const { paths, salvaged, backup } = options;
	const made = await RecoveredDatabase.create(paths, options.known, options.statements);
	const tally = new Tally(salvaged);
	try {
		// 1. The sessions, in the order in which their logs will lie.
		const sources = new RecoverySources(
			salvaged?.scratch.connection ?? null,
			backup?.connection ?? null,
		);
		let done = 0;
		for (const key of sources.keys()) {
			// It was taken away; what is left of it in a backup or on an old page stays away.
			if (sources.isArchived(key)) continue;
			const remains = sources.remains(key);
			const rebuilt = rebuildSession(remains);
			if (rebuilt === null) tally.lostKeys.push(key);
			else {
				made.add(rebuilt);
				tally.add(rebuilt, remains.isInSalvage, (gap) => sources.isArchived(gap));
				if (rebuilt.lost !== null) made.addQuarantined(registerRow(rebuilt, options.nowMs));
			}
			done += 1;
			if (done % PROGRESS_SESSIONS === 0) {
				options.onProgress(done);
				await nextTurn();
			}
		}
		// 2. Everything else, the clock, and the counters from a recount.
		made.flush();
		const tables = fillTables(
			made.writer.connection,
			salvaged?.scratch ?? null,
			backup?.connection ?? null,
		);
		made.finish(clockOf(options, tally));
		tally.lostKeys.push(...made.contradicted);
		return tally.findings({ backup, tables, tookMs: performance.now() - startedAtMs });
	} finally {
		made.writer.close();
	}
}

/** Held to the same questions as any database; only what the findings name may not verify. */
export const verifyBuilt = (paths: DatabasePaths, findings: RecoveryFindings): Promise<string[]> =>
	verifyRecovered(
		recoveredPath(paths),
		new Set(
			findings.sessions.harmed
				.filter(({ standing }) => standing === "kept")
				.map(({ sessionKey }) => sessionKey),
		),
	);

const registerRow = ({ record, row, standing, lost }: RebuiltSession, nowMs: number) => ({
	sessionKey: record.key,
	noticedAtMs: nowMs,
	standing,
	reason: "moves were lost when the database was damaged",
	keptMoves: record.seq,
	lost,
	rebuiltAtMs: nowMs,
	evidence: evidenceText(row === null ? [] : [row]),
});

/**
 * Time stood still from the last heartbeat that was found; where none was, from the last activity.
 */
function clockOf(
	{ salvaged, backup, instanceId, nowMs }: BuildOptions,
	tally: Tally,
): RecoveredClock {
	const rows = [salvaged?.scratch.connection, backup?.connection]
		.map((from) => from?.prepare("select * from service where id = 1").get() as SqlRow | undefined)
		.filter((row) => row !== undefined);
	const found = rows.filter((row) => Number(row["heartbeat_at"]) <= nowMs);
	const largest = (column: string, least: number): number =>
		found.reduce((sum, row) => Math.max(sum, Number(row[column])), least);
	return {
		instanceId,
		generation: generationAbove(rows, backup),
		createdAtMs: Number(found[0]?.["created_at"] ?? nowMs),
		heartbeatAtMs: Math.min(nowMs, largest("heartbeat_at", tally.latestMs ?? nowMs)),
		downtimeMs: largest("downtime_ms", tally.downtimeMs),
	};
}

/**
 * What a client saw last may be gone, as after a restore of the whole storage: a generation that is
 * none of the old ones tells it to compare.
 */
function generationAbove(rows: readonly SqlRow[], backup: BackupSource | null): number {
	const known = [...rows.map((row) => row["generation"]), backup?.entry.manifest.generation];
	return 1 + Math.max(1, ...known.filter((one) => Number.isSafeInteger(one)).map(Number));
}

/** What the sessions add up to. */
class Tally {
	readonly lostKeys: number[] = [];
	latestMs: number | null = null;
	downtimeMs = 0;
	readonly #salvaged: Salvaged | null;
	readonly #doubts: readonly Doubt[];
	readonly #active: number[];
	readonly #harmed: HarmedByDamage[] = [];
	readonly #moves = { file: 0, wal: 0, backup: 0 };
	readonly #missing: number[] = [];
	#back = 0;
	#fromBackup = 0;
	#lastKey = 0;

	constructor(salvaged: Salvaged | null) {
		this.#salvaged = salvaged;
		this.#doubts =
			salvaged === null
				? []
				: doubtsOf(
						salvaged.damaged.filter((page) => !isHarmless(page, salvaged.layouts)),
						salvaged.wal,
					);
		this.#active = this.#doubts.map(() => 0);
	}

	add(
		{ record, entries, standing, lost }: RebuiltSession,
		isInSalvage: boolean,
		isArchived: (key: number) => boolean,
	): void {
		this.#back += 1;
		if (!isInSalvage) this.#fromBackup += 1;
		for (const { source } of entries) this.#moves[source] += 1;
		if (lost !== null && standing !== "whole")
			this.#harmed.push({
				sessionKey: record.key,
				standing,
				keptMoves: record.seq,
				lostFromSeq: lost.fromSeq,
				lostToSeq: lost.toSeq,
			});
		const lastEntry = entries.at(-1)?.entry["recorded_at"] ?? 0;
		this.latestMs = Math.max(this.latestMs ?? 0, record.startedAtMs, Number(lastEntry));
		this.downtimeMs = Math.max(this.downtimeMs, record.downtimeBaseMs);
		// Keys are given out in order: between two that came back, a page that is gone had the others.
		for (let key = this.#lastKey + 1; key < record.key; key += 1)
			if (this.#isInDoubt(key, "sessions") && !isArchived(key)) this.#missing.push(key);
		this.#lastKey = record.key;
		if (record.state.result === null && standing !== "kept")
			for (const [at, { fromKey, toKey }] of this.#doubts.entries())
				if (fromKey <= record.key && record.key <= toKey)
					this.#active[at] = (this.#active[at] ?? 0) + 1;
	}

	#isInDoubt(key: number, table: string): boolean {
		const damaged = this.#salvaged?.damaged ?? [];
		return damaged.some(
			(page) =>
				(page.table === table || page.table === null) && page.fromKey <= key && key <= page.toKey,
		);
	}

	findings(rest: {
		backup: BackupSource | null;
		tables: RecoveryFindings["tables"];
		tookMs: number;
	}): RecoveryFindings {
		const layouts = this.#salvaged?.layouts ?? [];
		const all = this.#salvaged?.damaged ?? [];
		const damaged = all.filter((page) => !isHarmless(page, layouts));
		const lost = new Set([...this.lostKeys, ...this.#missing]);
		return {
			pages: {
				total: this.#salvaged?.pageCount ?? 0,
				damaged,
				harmless: all.length - damaged.length,
			},
			wal: this.#salvaged?.wal ?? { framesRead: 0, framesLost: 0, isMissing: false },
			backup:
				rest.backup === null
					? null
					: { name: rest.backup.entry.name, takenAt: rest.backup.entry.manifest.createdAt },
			sessions: {
				back: this.#back,
				whole: this.#back - this.#harmed.length,
				fromBackup: this.#fromBackup,
				harmed: this.#harmed,
				lostKeys: [...lost].sort((a, b) => a - b),
			},
			moves: this.#moves,
			tables: rest.tables,
			uncertain: this.#doubts.map(
				(doubt, at): Uncertainty => ({ ...doubt, activeSessions: this.#active[at] ?? 0 }),
			),
			tookMs: Math.round(rest.tookMs),
		};
	}
}
