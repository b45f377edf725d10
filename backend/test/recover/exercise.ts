import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SavepointError } from "#src/errors.js";
import type { Log } from "#src/log.js";
import { openStorage, type Storage } from "#src/storage/open.js";
import type { RecoveryFindings } from "#src/storage/recovery/findings.js";
import { examine } from "#src/storage/sqlite-doctor.js";
import { databasePaths } from "#src/storage/sqlite-paths.js";
import { readMarker, writeMarker } from "#src/storage/sqlite-quarantine.js";
import { SILENT } from "../support/storage.js";
import { DATABASE, readTruth, type Truth } from "./ground.js";

/** What the operator of a damaged database sees, start after start, until it stands. */
export interface Exercise {
	readonly directory: string;
	readonly starts: number;
	/** How the damage was noticed; null: it did no harm. */
	readonly noticedBy: "start" | "reading" | "doctor" | "warning" | null;
	readonly told: Told;
	/** What is stored in the end. */
	readonly found: Truth;
}

/** Everything that was said of losses, wherever. */
export interface Told {
	readonly findings: RecoveryFindings | null;
	/** Keys that answer SESSION_HARMED or that doctor names. */
	readonly harmed: ReadonlySet<number>;
	readonly isWarned: boolean;
}

const STARTS_MAX = 4;

export async function exercise(
	directory: string,
	truth: Truth,
	log: Log = SILENT,
): Promise<Exercise> {
	const database = join(directory, DATABASE);
	const paths = databasePaths(database);
	let noticedBy: Exercise["noticedBy"] = null;
	let findings: RecoveryFindings | null = null;
	let isEmptied = false;
	let isWarned = false;
	for (let starts = 1; ; starts += 1) {
		if (starts > STARTS_MAX) throw new Error(`a crash loop: ${starts} starts`);
		// 1. A start, and every session read.
		const started = await startOnce(database, truth, log);
		isWarned ||= started.warnings > 0;
		if (started.recovery !== null) {
			noticedBy ??= "start";
			findings = started.findings ?? findings;
			isEmptied ||= started.findings === null;
		}
		if (readMarker(paths) !== null) {
			noticedBy ??= started.isOpen ? "reading" : "start";
			continue;
		}
		if (!started.isOpen) continue;
		// 2. A look at every page, as the doctor takes it; damage is marked, as `repair` does.
		const report = await examine(database, { harmedListMax: 10_000 });
		if (report.damage.length > 0 && findings === null) {
			noticedBy ??= "doctor";
			writeMarker(paths, report.damage[0] ?? "");
			continue;
		}
		const harmed = new Set(report.harmedSessions.map(({ sessionKey }) => sessionKey));
		if (harmed.size > 0) noticedBy ??= "doctor";
		if (isWarned) noticedBy ??= "warning";
		const found = readTruth(database);
		return {
			directory,
			starts,
			noticedBy,
			told: { findings, harmed, isWarned: isWarned || isEmptied },
			found,
		};
	}
}

interface Started {
	readonly isOpen: boolean;
	readonly recovery: unknown;
	readonly findings: RecoveryFindings | null;
	readonly warnings: number;
}

async function startOnce(database: string, truth: Truth, log: Log): Promise<Started> {
	let storage: Storage | null = null;
	try {
		storage = await openStorage({
			config: {
				engine: "sqlite",
				path: database,
				requireVolume: false,
				allowNetworkFileSystem: false,
				testFault: null,
			},
			log,
			now: Date.now,
			onLost: () => undefined,
		});
		const { recovery, warnings } = storage.report();
		for (const { row } of truth.sessions.values())
			if (!(await isReadable(storage, String(row["session_id"])))) break;
		return {
			isOpen: true,
			recovery,
			findings: recovery === null ? null : readFindings(recovery.quarantine),
			// Where the test runs is no warning of a loss.
			warnings: warnings.filter((warning) => /-wal is (empty|gone)/.test(warning)).length,
		};
	} catch (error) {
		if (!(error instanceof SavepointError)) throw error;
		return { isOpen: false, recovery: null, findings: null, warnings: 0 };
	} finally {
		await storage?.close().catch(() => undefined);
	}
}

/** False once a page could not be read: the storage is lost, and a server would end. */
async function isReadable(storage: Storage, id: string): Promise<boolean> {
	try {
		await storage.sessions.load(id);
		return true;
	} catch (error) {
		return error instanceof SavepointError && error.code === "SESSION_HARMED";
	}
}

function readFindings(quarantine: string | null): RecoveryFindings | null {
	const path = join(quarantine ?? "", "report.json");
	if (quarantine === null || !existsSync(path)) return null;
	return JSON.parse(readFileSync(path, "utf8")).findings;
}
