import { resolve } from "node:path";
import { SavepointError } from "../errors.js";
import { MODULES } from "./modules.js";
import {
	previewRetention,
	type ReadRows,
	type RetentionPreview,
} from "./removals/retention-preview.js";
import { isLocked } from "./sqlite-lock.js";
import { demandReadable, lookInto, SqliteLook } from "./sqlite-look.js";
import { databasePaths } from "./sqlite-paths.js";

/** What the command line asks of a database file without serving it. */

const SELECT_COUNTERS = `select sum(started) as started, sum(stale_ended) as stale_ended,
		sum(won) as won, sum(lost) as lost, sum(abandoned) as abandoned,
		max(latest_completed_at) as latest_completed_at,
		max(latest_activity_at) as latest_activity_at
	from session_stats`;

/** What a copy of a database holds; see `BackupManifest`. */
export interface CopyFacts {
	readonly schemaVersion: number;
	readonly instanceId: string;
	readonly generation: number;
	readonly sessions: number;
	readonly moves: number;
	readonly counters: Readonly<Record<string, number | null>>;
}

/**
 * Changes nothing. @throws as `demandReadable` and `SqliteLook`; also STORAGE_CORRUPT for a page
 * that is damaged.
 */
export function readCopyFacts(path: string): CopyFacts {
	return lookInto(databasePaths(resolve(path)), (database) => {
		const number = (sql: string): number => Number(database.all(sql)[0]?.["n"] ?? 0);
		const service = database.all("select * from service where id = 1")[0];
		const counters = database.all(SELECT_COUNTERS)[0] ?? {};
		return {
			schemaVersion: number("select max(version) as n from schema_migrations"),
			instanceId: String(service?.["instance_id"] ?? ""),
			generation: Number(service?.["generation"] ?? 1),
			sessions: number("select count(*) as n from sessions"),
			moves:
				number("select (select count(*) from moves) + (select count(*) from move_tail) as n") +
				(database.hasTable("packed_logs") ? number("select sum(seq) as n from packed_logs") : 0),
			counters: Object.fromEntries(
				Object.entries(counters).map(([name, value]) => [
					name,
					value === null ? null : Number(value),
				]),
			),
		};
	});
}

/** The database's path with symbolic links resolved: what the files beside it are named after. */
export const databaseAt = (path: string): string => databasePaths(resolve(path)).database;

/** Whether a server, or a verb that writes, has this database now. */
export const isServed = (path: string): boolean => isLocked(databasePaths(resolve(path)));

/** Copies a database that nobody serves to a new file; see `SqliteLook.copyTo`. */
export async function copyAtRest(
	path: string,
	target: string,
	tell: (done: number, total: number) => void,
): Promise<void> {
	const paths = databasePaths(resolve(path));
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		await database.copyTo(target, tell);
	} finally {
		database.close();
	}
}

/**
 * What retention would remove of what ended before `endedBeforeMs`; changes nothing. @throws as
 * `demandReadable`, and STORAGE_MISSING where a pending migration has to come first.
 */
export async function previewRetentionOf(
	path: string,
	endedBeforeMs: number,
): Promise<RetentionPreview> {
	const paths = databasePaths(resolve(path));
	demandReadable(paths);
	const database = new SqliteLook(paths);
	try {
		if (!database.hasTable("removed_sessions"))
			throw new SavepointError(
				"STORAGE_MISSING",
				"The database is older than this version; run `savepoint migrate up` first.",
			);
		const read: ReadRows = async (sql, params) => database.all(sql, params);
		return await previewRetention(read, { endedBeforeMs, modules: MODULES });
	} finally {
		database.close();
	}
}
