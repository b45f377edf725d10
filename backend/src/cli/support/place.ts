import { resolve } from "node:path";
import { Option } from "commander";
import { SavepointError } from "../../errors.js";
import {
	isServerAddress,
	readSqliteConfig,
	readStorageConfig,
	type StorageConfig,
} from "../../storage/config.js";

/** Stands for its value, so that no password is in the list of processes. */
const VARIABLE = "DATABASE_URL";

/**
 * The path of a database file, `postgres://…`, or the word DATABASE_URL. Throws USAGE and
 * CONFIG_INVALID in words that hold no password.
 */
export function placeConfig(option: string, text: string): StorageConfig {
	const mistakes: string[] = [];
	const config = readPlace(option, text.trim(), mistakes);
	if (mistakes.length > 0)
		throw new SavepointError("CONFIG_INVALID", `${option}: ${mistakes.join("\n")}`);
	return config;
}

/** As `placeConfig`; not given: the file that the settings name, whatever DATABASE_URL says. */
export function filePlace(option: string, text: string | undefined): StorageConfig {
	if (text !== undefined) return placeConfig(option, text);
	const mistakes: string[] = [];
	const config = readSqliteConfig(process.env, mistakes);
	if (mistakes.length > 0) throw new SavepointError("CONFIG_INVALID", mistakes.join("\n"));
	return config;
}

/** `--db`, for verbs that work on every engine. */
export const storageOption = (): Option =>
	new Option(
		"--db <place>",
		"a database file, postgres://… or the word DATABASE_URL (default: the settings of the server)",
	);

/** The place that `--db` names, else where the server of these settings stores. */
export function storagePlace(db: string | undefined): StorageConfig {
	if (db !== undefined) return placeConfig("--db", db);
	const mistakes: string[] = [];
	const config = readStorageConfig(process.env, mistakes);
	if (mistakes.length > 0) throw new SavepointError("CONFIG_INVALID", mistakes.join("\n"));
	return config;
}

function readPlace(option: string, text: string, mistakes: string[]): StorageConfig {
	if (text === VARIABLE) {
		if (process.env[VARIABLE]) return readStorageConfig(process.env, mistakes);
		throw new SavepointError("USAGE", `${option} names DATABASE_URL, which is not set.`);
	}
	if (isServerAddress(text))
		return readStorageConfig({ ...process.env, DATABASE_URL: text }, mistakes);
	if (text === "" || text.endsWith("/") || /^[a-z]+:\/\//.test(text))
		throw new SavepointError(
			"USAGE",
			`${option} takes the path of a database file, or postgres://user:password@host/database.`,
		);
	return readSqliteConfig({ ...process.env, SAVEPOINT_DB_PATH: resolve(text) }, mistakes);
}
