import { readStorageConfig } from "../../storage/config.js";
import { engineOf } from "../../storage/open.js";
import { createDatabase, dropDatabase } from "../../storage/postgres-databases.js";
import { type CrashDirectory, takeDirectory } from "./directory.js";
import { doctorFindings } from "./doctor-findings.js";
import type { Finding } from "./findings.js";
import { findFreePort } from "./free-port.js";
import { ServerProcess } from "./server-process.js";

/** What a crash test is played on: the servers that are killed, and where their data is. */
export interface CrashGround {
	readonly directory: CrashDirectory;
	/** Where the data is, as people may see it. */
	readonly database: string;
	readonly servers: readonly ServerProcess[];
	/** Of each server; they stay the same over all its lives. */
	readonly urls: readonly string[];
	readonly warnings: readonly string[];
	/** What is wrong in the database itself, while no server runs. Rejects where it cannot look. */
	examine(): Promise<Finding[]>;
	/** Removes all that the test has made. */
	remove(): Promise<void>;
}

/** A database server that is given, and how many of our servers are to share it. */
export interface SharedDatabase {
	readonly url: string;
	readonly servers: number;
}

/** One server and the database file that it has for itself. Throws as `takeDirectory`. */
export async function groundOnFile(path: string | null): Promise<CrashGround> {
	const directory = takeDirectory(path);
	const port = await findFreePort();
	const server = new ServerProcess({
		databasePath: directory.database,
		logPath: directory.serverLog,
		port,
	});
	return {
		directory,
		database: directory.database,
		servers: [server],
		urls: [urlOf(port)],
		warnings: directory.warnings,
		examine: () => examineThere({ SAVEPOINT_DB_PATH: directory.database }),
		async remove() {
			directory.remove();
		},
	};
}

/**
 * Several servers on one database, which is made anew on the database server that is given: nothing
 * that is there already is touched. Rejects by code; throws as `takeDirectory`.
 */
export async function groundOnServer(
	path: string | null,
	{ url, servers: count }: SharedDatabase,
): Promise<CrashGround> {
	const directory = takeDirectory(path);
	const name = `crashtest_${crypto.randomUUID().slice(0, 8)}`;
	const database = await createDatabase(url, name).catch((error: unknown) => {
		directory.remove();
		throw error;
	});
	const ports: number[] = [];
	while (ports.length < count) {
		const port = await findFreePort();
		if (!ports.includes(port)) ports.push(port);
	}
	return {
		directory,
		database: database.shown,
		servers: ports.map(
			(port) =>
				new ServerProcess({
					databasePath: directory.database,
					databaseUrl: database.url,
					logPath: directory.serverLog,
					port,
				}),
		),
		urls: ports.map(urlOf),
		// The data is not in the directory: what that one is made of matters to the ledger alone.
		warnings: [],
		examine: () => examineThere({ DATABASE_URL: database.url }),
		async remove() {
			directory.remove();
			await dropDatabase(database.url);
		},
	};
}

/** What doctor says of where a server with these settings stores. */
const examineThere = async (env: Readonly<Record<string, string>>): Promise<Finding[]> =>
	doctorFindings(await engineOf(readStorageConfig(env, [])).examine());

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
