import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { SavepointError } from "../../errors.js";
import { readStorageConfig, type StorageConfig } from "../../storage/config.js";

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
export function storageConfig(db: string | undefined): StorageConfig {
	const mistakes: string[] = [];
	const named = db === undefined ? {} : { SAVEPOINT_DB_PATH: resolve(db) };
	const config = readStorageConfig({ ...process.env, ...named }, mistakes);
	if (mistakes.length > 0) throw new SavepointError("CONFIG_INVALID", mistakes.join("\n"));
	return config;
}
