import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface TestPostgres {
	/** `postgres://user:password@host:port` */
	readonly url: string;
	readonly port: number;
	readonly directory: string;
	stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./postgres-process.mjs", import.meta.url));

/**
 * A new cluster on a free port, as durable as PostgreSQL is when nobody changes its settings. The
 * binaries of a real PostgreSQL 18 come by `npm ci`: the tests need nothing installed.
 */
export async function startPostgres(flags: readonly string[] = []): Promise<TestPostgres> {
	const port = await freePort();
	const parent = mkdtempSync(join(tmpdir(), "savepoint-pg-"));
	// PostgreSQL's own user must come through; the data within is for that user alone.
	chmodSync(parent, 0o711);
	const directory = join(parent, "data");
	const usual = ["-c", "max_connections=200", "-c", "shared_buffers=64MB"];
	const child = spawn(process.execPath, [SCRIPT, directory, String(port), ...usual, ...flags], {
		stdio: ["pipe", "pipe", "pipe"],
	});
	let complaints = "";
	child.stderr.on("data", (text) => {
		complaints += text;
	});
	const ended = once(child, "exit");
	const ready = await Promise.race([once(child.stdout, "data"), ended.then(() => null)]);
	if (ready === null) throw new Error(`PostgreSQL did not start: ${complaints}`);
	return {
		url: `postgres://savepoint:savepoint@127.0.0.1:${port}`,
		port,
		directory,
		async stop() {
			child.stdin.end();
			await ended;
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
