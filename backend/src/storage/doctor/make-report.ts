import { SavepointError } from "../../errors.js";
import { Findings } from "./findings.js";
import type { DoctorReport, ExamineOptions } from "./report.js";
import type { StorageState } from "./storage-state.js";

const HARMED_LIST_MAX = 100;

/** What is looked at, and with what. */
export interface Subject<Storage extends StorageState> {
	readonly database: string;
	/** As far as it is known before the look. */
	readonly storage: Storage;
	readonly options: ExamineOptions;
}

export interface Look<Storage extends StorageState> {
	readonly findings: Findings;
	readonly startedAtMs: number;
	/** Puts what is known by now in the place of `storage`. */
	readonly describe: (storage: Storage) => void;
}

/**
 * The report on one look, which rejects with what ends it: that is in the report then, beside what
 * was found before. Rejects only for a mistake of the program.
 */
export async function makeReport<Storage extends StorageState>(
	{ database, storage: before, options }: Subject<Storage>,
	look: (look: Look<Storage>) => Promise<void>,
): Promise<DoctorReport<Storage>> {
	const now = options.now ?? Date.now;
	const startedAtMs = now();
	const findings = new Findings(options.harmedListMax ?? HARMED_LIST_MAX);
	let storage = before;
	let unreadable: DoctorReport["unreadable"] = null;
	const describe = (known: Storage): void => {
		storage = known;
	};
	try {
		await look({ findings, startedAtMs, describe });
	} catch (error) {
		if (!(error instanceof SavepointError)) throw error;
		unreadable = { code: error.code, reason: error.message };
	}
	return {
		verdict: unreadable !== null ? "unreadable" : findings.isHarmed ? "harmed" : "healthy",
		database,
		at: new Date(startedAtMs).toISOString(),
		tookMs: now() - startedAtMs,
		quick: options.quick ?? false,
		unreadable,
		sessions: findings.tally,
		replayed: findings.replayed ?? findings.tally.examined,
		harmedSessions: findings.harmedSessions,
		counters: findings.counters,
		drift: findings.drift,
		damage: findings.damage,
		notes: findings.notes,
		storage,
	};
}
