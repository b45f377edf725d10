import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** Every file and directory that belongs to one database. */
export interface DatabasePaths {
	readonly database: string;
	readonly wal: string;
	readonly shm: string;
	/**
	 * Only there if a start was killed while it made the file; SQLite would roll it into any
	 * database.
	 */
	readonly journal: string;
	readonly instance: string;
	readonly lock: string;
	readonly owner: string;
	readonly marker: string;
	/** A recovery that nobody was told of yet. */
	readonly notice: string;
	readonly reserve: string;
	readonly directory: string;
	readonly quarantineDirectory: string;
	readonly backupDirectory: string;
}

/**
 * SQLite follows a symbolic link and keeps its -wal beside the target, so everything of ours has to
 * stand there too. What cannot be resolved stays as it is; `inspectDatabase` refuses it with the
 * reason.
 */
const resolveTarget = (database: string): string => {
	try {
		return realpathSync(database);
	} catch {
		return database;
	}
};

/** `database`: absolute path of the database file, which need not exist. */
export function databasePaths(database: string): DatabasePaths {
	const target = resolveTarget(database);
	const directory = dirname(target);
	return {
		database: target,
		wal: `${target}-wal`,
		shm: `${target}-shm`,
		journal: `${target}-journal`,
		instance: `${target}.instance`,
		lock: `${target}.lock`,
		owner: `${target}.owner`,
		marker: `${target}.corrupt`,
		notice: `${target}.recovered`,
		reserve: `${target}.reserve`,
		directory,
		quarantineDirectory: join(directory, "quarantine"),
		backupDirectory: join(directory, "backups"),
	};
}
