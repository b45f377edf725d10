import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { ErrorCode } from "@savepoint/core";
import type { Log } from "../log.js";
import { renameDurable, syncFile } from "./durable-files.js";
import type { Migration } from "./migrate.js";
import type { StatementList } from "./module.js";
import type { RecoveryReport } from "./ports.js";
import type { RecoveryFindings } from "./recovery/findings.js";
import { createDatabase } from "./sqlite-create.js";
import { translateSqliteError } from "./sqlite-errors.js";
import { type InstanceFile, newInstance, writeInstance } from "./sqlite-instance.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { clearMarker, quarantineDatabase, readMarker, type SetAside } from "./sqlite-quarantine.js";
import { openBackup, removeBackupCopy } from "./sqlite-recovery-backup.js";
import { buildRecovered, verifyBuilt } from "./sqlite-recovery-build.js";
import { keepNotice } from "./sqlite-recovery-notice.js";
import { reportOf, type Told, writeReports } from "./sqlite-recovery-report.js";
import { recoveredPath, removeRecovered } from "./sqlite-recovery-writer.js";
import { removeScratch, type Salvaged, salvage } from "./sqlite-salvage.js";

/** The order of B2 and B3, from the first damaged byte to a database that can be served. */
export interface Recovery {
	readonly paths: DatabasePaths;
	readonly known: readonly Migration[];
	readonly statements: StatementList;
	readonly log: Log;
	readonly now: Date;
}

export interface Recovered {
	readonly instance: InstanceFile;
	readonly report: RecoveryReport;
}

/** Not damage, and not the recovery's fault: the start is refused, and the next one goes on. */
const REFUSING: ReadonlySet<ErrorCode> = new Set([
	"STORAGE_FULL",
	"STORAGE_BUSY",
	"STORAGE_PERMISSION",
	"STORAGE_READ_ONLY",
	"STORAGE_NEWER_SCHEMA",
]);

/**
 * Sets the database aside, brings back what verifies, and puts it in its place: salvage, filled
 * from the newest proven backup, else that backup alone, else an empty database. Whatever the
 * moment of a kill, the next start finds the marker and goes on; what was set aside is only read.
 *
 * @throws STORAGE_FULL, STORAGE_PERMISSION, STORAGE_READ_ONLY, STORAGE_NEWER_SCHEMA; the marker
 * stays.
 */
export async function recoverDatabase(
	recovery: Recovery,
	reason: string,
	whatHappened = "The database was found damaged and was set aside, whole.",
): Promise<Recovered> {
	const { paths, now } = recovery;
	// 1. Nothing of it stays in its place, nothing of it is changed.
	const aside = quarantineDatabase(paths, reason, now);
	// 2. What can be brought back stands beside the place, verified; and what cannot is written down.
	const failures: string[] = [];
	const findings = await bringBack(recovery, aside, failures);
	const told: Told = { whatHappened, findings: findings?.findings ?? null, failures };
	const report = reportOf(aside, told);
	writeReports(paths, aside, told);
	keepNotice(paths, report);
	// 3. It gets its name in one step (F1).
	const instance =
		findings === null ? createDatabase(paths, now) : takePlace(paths, findings.instance);
	clearMarker(paths);
	return { instance, report };
}

/**
 * A recovery that was killed right after the new database had taken the place is done: its marker
 * goes. What it did stands in its notice.
 */
export function finishRecovery(paths: DatabasePaths): void {
	if (readMarker(paths)?.step === "moved" && existsSync(paths.database)) clearMarker(paths);
}

interface Brought {
	readonly findings: RecoveryFindings;
	readonly instance: InstanceFile;
}

/** The best road that leads to a database which verifies; null: none does. */
async function bringBack(
	recovery: Recovery,
	aside: SetAside,
	failures: string[],
): Promise<Brought | null> {
	for (const withSalvage of [true, false]) {
		try {
			const brought = await bringBackBy(recovery, aside, { withSalvage, failures });
			if (brought !== null) return brought;
		} catch (error) {
			const { code, message } = translateSqliteError(error);
			if (REFUSING.has(code)) throw error;
			const road = withSalvage ? "the salvage" : "the backup";
			failures.push(`${road} did not lead to a database that verifies (${code}: ${message})`);
			recovery.log.error({ err: error }, `recovery: ${road} failed`);
		} finally {
			removeScratch(recovery.paths);
			removeBackupCopy(recovery.paths);
		}
	}
	removeRecovered(recovery.paths);
	return null;
}

async function bringBackBy(
	recovery: Recovery,
	{ directory }: SetAside,
	{ withSalvage, failures }: { readonly withSalvage: boolean; readonly failures: string[] },
): Promise<Brought | null> {
	const { paths, known, log } = recovery;
	const told = progressIn(log);
	const salvaged =
		directory !== null && withSalvage
			? await salvage({
					directory,
					paths,
					known,
					onProgress: (done, total) => told({ pages: done, of: total }),
				})
			: null;
	const instance = identityOf(salvaged, recovery.now);
	const backup = await openBackup(paths, instance.isKnown ? instance.file.instanceId : null, known);
	try {
		if (salvaged === null && backup === null) return null;
		const findings = await buildRecovered({
			...recovery,
			instanceId: instance.file.instanceId,
			nowMs: recovery.now.getTime(),
			salvaged,
			backup,
			onProgress: (sessions) => told({ sessions }),
		});
		failures.push(...(await verifyBuilt(paths, findings)));
		return isAnythingBack(findings) ? { findings, instance: instance.file } : null;
	} finally {
		salvaged?.scratch.connection.close();
		backup?.connection.close();
	}
}

const isAnythingBack = ({ sessions, tables }: RecoveryFindings): boolean =>
	sessions.back + sessions.lostKeys.length > 0 ||
	tables.some(({ salvaged, fromBackup, unproven }) => salvaged + fromBackup + unproven > 0);

/** The recovered database is the old one's heir: its backups go on to be its own. */
function identityOf(
	salvaged: Salvaged | null,
	now: Date,
): { readonly file: InstanceFile; readonly isKnown: boolean } {
	const fresh = newInstance(now);
	if (salvaged === null) return { file: { ...fresh, state: "opening" }, isKnown: false };
	const { instance, scratch } = salvaged;
	if (instance.kind === "read") {
		const { instanceId, createdAt } = instance.instance;
		return { file: { ...fresh, instanceId, createdAt, state: "opening" }, isKnown: true };
	}
	const stored = scratch.connection
		.prepare("select instance_id from service where id = 1")
		.pluck()
		.get();
	const isKnown = typeof stored === "string" && stored !== "";
	const instanceId = isKnown ? stored : randomUUID();
	return { file: { ...fresh, instanceId, state: "opening" }, isKnown };
}

/** The instance file comes first: a kill in between leaves the marker, and no database. */
function takePlace(paths: DatabasePaths, instance: InstanceFile): InstanceFile {
	syncFile(recoveredPath(paths));
	writeInstance(paths.instance, instance);
	renameDurable(recoveredPath(paths), paths.database);
	return instance;
}

const PROGRESS_INTERVAL_MS = 5_000;

/** A long recovery says that it lives. */
function progressIn(log: Log): (numbers: Record<string, number>) => void {
	let lastMs = performance.now();
	return (numbers) => {
		if (performance.now() - lastMs < PROGRESS_INTERVAL_MS) return;
		lastMs = performance.now();
		log.warn(numbers, "recovering");
	};
}
