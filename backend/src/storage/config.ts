import { dirname, join, resolve } from "node:path";

/**
 * Faults that tests switch on to see a check fail; refused unless the process says it is a test.
 */
const TEST_FAULTS = [
	"answer-before-commit",
	"synchronous-normal",
	"synchronous-commit-local",
	"no-version-check",
] as const;
export type TestFault = (typeof TEST_FAULTS)[number];

export type StorageConfig = SqliteConfig | PostgresConfig;

/** A database server that several of our servers may share. */
export interface PostgresConfig {
	readonly engine: "postgres";
	/** `postgres://user:password@host:port/database`; several hosts with commas between. */
	readonly url: string;
	readonly testFault: TestFault | null;
}

/** A database in a file of this machine, which one server has for itself. */
export interface SqliteConfig {
	readonly engine: "sqlite";
	/** Absolute path of the database file. */
	readonly path: string;
	/** Absolute path of the directory of the backups; not given: `backups` beside the database. */
	readonly backupDirectory?: string;
	/** Refuse a data directory that would vanish with the container. */
	readonly requireVolume: boolean;
	/** Open the database on NFS or SMB all the same. */
	readonly allowNetworkFileSystem: boolean;
	readonly testFault: TestFault | null;
}

type Environment = Readonly<Record<string, string | undefined>>;
/** Collects a sentence per mistake, so that all of them can be mended at once. */
type Mistakes = string[];

const readFlag = (env: Environment, name: string, mistakes: Mistakes): boolean => {
	const value = env[name]?.trim().toLowerCase() ?? "";
	if (["", "false", "0", "no"].includes(value)) return false;
	if (["true", "1", "yes"].includes(value)) return true;
	mistakes.push(`${name} is "${value}"; it takes true or false.`);
	return false;
};

const readTestFault = (env: Environment, mistakes: Mistakes): TestFault | null => {
	const value = env["SAVEPOINT_TEST_FAULT"] ?? "";
	if (value === "") return null;
	const fault = TEST_FAULTS.find((known) => known === value);
	if (fault === undefined)
		mistakes.push(
			`SAVEPOINT_TEST_FAULT is for tests only and takes one of ${TEST_FAULTS.join(", ")}.`,
		);
	return fault ?? null;
};

/** Whether a text names a database server rather than a file. */
export const isServerAddress = (text: string): boolean => /^postgres(ql)?:\/\//.test(text);

/** Whether it names a server and a database there. */
export const isWholeAddress = (text: string): boolean =>
	/^postgres(ql)?:\/\/[^/]+\/[^/?]+/.test(text);

/** Environment → storage configuration. Mistakes are added to the list, never thrown one by one. */
export function readStorageConfig(env: Environment, mistakes: Mistakes): StorageConfig {
	const url = env["DATABASE_URL"]?.trim() ?? "";
	return url === "" ? readSqliteConfig(env, mistakes) : readPostgresConfig(url, env, mistakes);
}

function readPostgresConfig(url: string, env: Environment, mistakes: Mistakes): PostgresConfig {
	// The address holds a password, and mistakes are shown.
	if (!isWholeAddress(url))
		mistakes.push(
			"DATABASE_URL takes postgres://user:password@host:port/database; without it the data is in a file.",
		);
	return { engine: "postgres", url, testFault: readTestFault(env, mistakes) };
}

/** As `readStorageConfig`, whatever `DATABASE_URL` says: for verbs that name a file. */
export function readSqliteConfig(env: Environment, mistakes: Mistakes): SqliteConfig {
	const path = env["SAVEPOINT_DB_PATH"]?.trim() || "data/savepoint.sqlite";
	if (path.endsWith("/"))
		mistakes.push("SAVEPOINT_DB_PATH names a directory; it takes the path of the database file.");
	const backups = env["SAVEPOINT_BACKUP_DIR"]?.trim() || null;
	return {
		engine: "sqlite",
		path: resolve(path),
		...(backups === null ? {} : { backupDirectory: resolve(backups) }),
		requireVolume: readFlag(env, "SAVEPOINT_REQUIRE_VOLUME", mistakes),
		allowNetworkFileSystem: readFlag(env, "SAVEPOINT_ALLOW_NETWORK_FILESYSTEM", mistakes),
		testFault: readTestFault(env, mistakes),
	};
}

/** Where the backups of this storage are. */
export const backupDirectoryOf = (config: StorageConfig): string =>
	config.engine === "sqlite"
		? (config.backupDirectory ?? join(dirname(config.path), "backups"))
		: resolve("data/backups");
