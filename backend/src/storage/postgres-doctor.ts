import { SHARED_CHECKS } from "./doctor/checks.js";
import { demandKnownSchema } from "./doctor/known-schema.js";
import { makeReport } from "./doctor/make-report.js";
import type { DoctorReport, ExamineHooks, ExamineOptions } from "./doctor/report.js";
import type { ServerStorage } from "./doctor/storage-state.js";
import type { StreamedExamination } from "./doctor/streamed-sessions.js";
import { readMigrations } from "./migrate.js";
import { MODULE_CHECKS, MODULES } from "./modules.js";
import { shownAddress } from "./postgres-connection.js";
import { noteFacts, readFacts } from "./postgres-facts.js";
import { demandSchema, lookIntoPostgres } from "./postgres-look.js";

const NOW = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now";

/**
 * Examines the database that `url` names and says what does not verify, beside its servers or
 * without them. Reads one moment in one transaction that cannot write; nothing is migrated, and no
 * slot is taken. Never rejects for what it finds: what cannot be read at all is in the report.
 */
export async function examinePostgres(
	url: string,
	options: ExamineOptions = {},
	hooks: ExamineHooks = {},
): Promise<DoctorReport<ServerStorage>> {
	const storage: ServerStorage = { kind: "server", server: null };
	const subject = { database: shownAddress(url), storage, options };
	return makeReport<ServerStorage>(subject, async ({ findings, describe }) =>
		lookIntoPostgres(url, async (look) => {
			// 1. The ground it stands on.
			const server = await readFacts(look);
			describe({ kind: "server", server });
			noteFacts(server, findings);
			await demandSchema(look, url);
			// 2. What is in it; whether a session is due goes by the database's clock.
			const [clock] = await look.select(NOW);
			const examination: StreamedExamination = {
				reads: look,
				pages: (sql, rowsMax) => look.pages(sql, rowsMax),
				findings,
				quick: options.quick ?? false,
				nowMs: options.now?.() ?? Number(clock?.["now"]),
				onProgress: hooks.onProgress ?? (() => undefined),
			};
			if (await demandKnownSchema(examination, readMigrations(MODULES, "postgres")))
				for (const check of [...SHARED_CHECKS, ...MODULE_CHECKS]) await check(examination);
		}),
	);
}
