import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { SavepointError } from "../../errors.js";
import { readSqliteConfig, type SqliteConfig } from "../../storage/config.js";

/** `--db`, the same for every verb that looks at a database file. */
export const databaseOption = (): Option =>
	new Option(
		"--db <path>",
		"the database file (default: SAVEPOINT_DB_PATH, else data/savepoint.sqlite)",
	).argParser((path: string) => {
		if (path.trim() !== "" && !path.endsWith("/")) return path;
		throw new InvalidArgumentError("It takes the path of the database file.");
	});

/** The environment's storage, with the file that `--db` names. Throws CONFIG_INVALID. */
export function storageConfig(db: string | undefined): SqliteConfig {
	const mistakes: string[] = [];
	if (db === undefined && process.env["DATABASE_URL"])
		mistakes.push(
			"DATABASE_URL is set, and this verb works on a database file: name it with --db. What does its work on a database server is in docs/operating/scaling.md.",
		);
	const named = db === undefined ? {} : { SAVEPOINT_DB_PATH: resolve(db) };
	const config = readSqliteConfig({ ...process.env, ...named }, mistakes);
	if (mistakes.length > 0) throw new SavepointError("CONFIG_INVALID", mistakes.join("\n"));
	return config;
}
