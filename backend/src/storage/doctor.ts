import { resolve } from "node:path";
import { SavepointError } from "../errors.js";
import { CHECKS } from "./doctor/checks.js";
import type { Examination } from "./doctor/examination.js";
import { Findings } from "./doctor/findings.js";
import type { DoctorReport, Progress } from "./doctor/report.js";
import { noteStorage } from "./doctor/storage-notes.js";
import type { StorageState } from "./doctor/storage-state.js";
import { appliedFromRow, pendingMigrations, readMigrations, SELECT_HISTORY } from "./migrate.js";
import { MODULES } from "./modules.js";
import { demandReadable, SqliteLook } from "./sqlite-look.js";
import { type DatabasePaths, databasePaths } from "./sqlite-paths.js";
import { describeStorage, pragmaState } from "./sqlite-state.js";

export interface ExamineOptions {
	/** SQLite's quick check instead of its full one, and no comparison with freshly drawn levels. */
	readonly quick?: boolean;
	/** How many harmed sessions the report names; it counts all. */
	readonly harmedListMax?: number;
	readonly now?: () => number;
}

export interface ExamineHooks {
	readonly onProgress?: (progress: Progress) => void;
}

const HARMED_LIST_MAX = 100;
const MODULE_CHECKS = MODULES.flatMap(({ check }) => check ?? []);

/**
 * Examines the database at `path` and says what does not verify. Works beside a running server,
 * after a crash and on a database that was shut down; writes nothing and leaves no trace. Never
 * rejects for what it finds: what cannot be read at all is in the report. Not for the process that
 * serves this database, and one at a time in any process: it opens the file without SQLite, which
 * drops that process's locks.
 */
export async function examine(
	path: string,
	options: ExamineOptions = {},
	hooks: ExamineHooks = {},
): Promise<DoctorReport> {
	const now = options.now ?? Date.now;
	const startedAtMs = now();
	const paths = databasePaths(resolve(path));
	const findings = new Findings(options.harmedListMax ?? HARMED_LIST_MAX);
	let storage = describeStorage(paths);
	let unreadable: DoctorReport["unreadable"] = null;
	try {
		noteStorage(paths.directory, storage, findings);
		storage = await examineContent(paths, storage, {
			findings,
			quick: options.quick ?? false,
			nowMs: startedAtMs,
			onProgress: hooks.onProgress ?? (() => undefined),
		});
	} catch (error) {
		if (!(error instanceof SavepointError)) throw error;
		unreadable = { code: error.code, reason: error.message };
	}
	return {
		verdict: unreadable !== null ? "unreadable" : findings.isHarmed ? "harmed" : "healthy",
		database: paths.database,
		at: new Date(startedAtMs).toISOString(),
		tookMs: now() - startedAtMs,
		quick: options.quick ?? false,
		unreadable,
		sessions: findings.tally,
		harmedSessions: findings.harmedSessions,
		counters: findings.counters,
		drift: findings.drift,
		damage: findings.damage,
		notes: findings.notes,
		storage,
	};
}

async function examineContent(
	paths: DatabasePaths,
	storage: StorageState,
	given: Omit<Examination, "database" | "isServed">,
): Promise<StorageState> {
	const { isServed, warnings } = demandReadable(paths);
	for (const warning of warnings) given.findings.addNote(warning);
	const database = new SqliteLook(paths);
	try {
		const pragmas = pragmaState(database.settings());
		if (demandKnownSchema(database, given.findings))
			for (const check of [...CHECKS, ...MODULE_CHECKS])
				await check({ ...given, database, isServed });
		return { ...storage, pragmas };
	} finally {
		database.close();
	}
}

/**
 * False where there is no schema yet, and so nothing to verify. Throws what `pendingMigrations`
 * throws.
 */
function demandKnownSchema(database: SqliteLook, findings: Findings): boolean {
	const tables = database
		.all("select name from sqlite_schema where name in ('schema_migrations', 'sessions')")
		.map((row) => row["name"]);
	const applied = tables.includes("schema_migrations")
		? database.all(SELECT_HISTORY).map(appliedFromRow)
		: [];
	const pending = pendingMigrations(readMigrations(MODULES, "sqlite"), applied);
	if (pending.length > 0)
		findings.addNote(
			`${pending.length} migrations are pending; the next start of the server applies them.`,
		);
	return tables.includes("sessions");
}
