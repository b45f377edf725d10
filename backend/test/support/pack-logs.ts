import { StatementList } from "#src/storage/module.js";
import { MODULES } from "#src/storage/modules.js";
import { SqliteWriter } from "#src/storage/sqlite-writer.js";

/**
 * Packs every finished session's log, as the writer's thread does in idle times, while nothing has
 * the database open. Returns how many sessions left the list.
 */
export function packLogs(path: string): number {
	const writer = new SqliteWriter({ path, unsafeSync: false });
	try {
		writer.prepare(new StatementList(MODULES).all);
		writer.foldTail();
		return writer.packLogs(Number.POSITIVE_INFINITY);
	} finally {
		writer.close();
	}
}
