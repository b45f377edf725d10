import { resolve } from "node:path";
import { FILE_CHECKS } from "./doctor/checks.js";
import { readsOf } from "./doctor/database.js";
import type { FileExamination } from "./doctor/examination.js";
import { demandKnownSchema } from "./doctor/known-schema.js";
import { makeReport } from "./doctor/make-report.js";
import type { DoctorReport, ExamineHooks, ExamineOptions } from "./doctor/report.js";
import { noteStorage } from "./doctor/storage-notes.js";
import type { FileStorage } from "./doctor/storage-state.js";
import { readMigrations } from "./migrate.js";
import { MODULE_CHECKS, MODULES } from "./modules.js";
import { demandReadable, SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";
import { describeStorage, pragmaState } from "./sqlite-state.js";

export interface FileExamineOptions extends ExamineOptions {
	/** Plays only so many sessions again, spread over all; not given: all of them. */
	readonly sampleSessions?: number;
}

/**
 * Examines the database at `path` and says what does not verify. Works beside a running server,
 * after a crash and on a database that was shut down; writes nothing and leaves no trace. Never
 * rejects for what it finds: what cannot be read at all is in the report. Not for the process that
 * serves this database, and one at a time in any process: it opens the file without SQLite, which
 * drops that process's locks.
 */
export async function examine(
	path: string,
	options: FileExamineOptions = {},
	hooks: ExamineHooks = {},
): Promise<DoctorReport<FileStorage>> {
	const paths = databasePaths(resolve(path));
	const storage = describeStorage(paths);
	const subject = { database: paths.database, storage, options };
	return makeReport<FileStorage>(subject, async ({ findings, startedAtMs, describe }) => {
		// 1. The ground it stands on.
		noteStorage(paths.directory, storage, findings);
		const { isServed, warnings } = demandReadable(paths);
		for (const warning of warnings) findings.addNote(warning);
		// 2. What is in it.
		const database = new SqliteLook(paths);
		try {
			const pragmas = pragmaState(database.settings());
			const examination: FileExamination = {
				database,
				reads: readsOf(database),
				findings,
				quick: options.quick ?? false,
				sampleSessions: options.sampleSessions ?? null,
				isServed,
				nowMs: startedAtMs,
				onProgress: hooks.onProgress ?? (() => undefined),
			};
			if (await demandKnownSchema(examination, readMigrations(MODULES, "sqlite")))
				for (const check of [...FILE_CHECKS, ...MODULE_CHECKS]) await check(examination);
			describe({ ...storage, pragmas });
		} finally {
			database.close();
		}
	});
}
