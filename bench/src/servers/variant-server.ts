import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { remember } from "./running.js";
import type { ServerReport, Variant } from "./variants.js";

const ENTRY = fileURLToPath(new URL("./bench-server.js", import.meta.url));

export interface RunningVariant {
	readonly url: string;
	startMeasuring(): void;
	stopMeasuring(): void;
	/** Ends the server and removes its database. */
	finish(): Promise<ServerReport>;
}

export interface VariantOptions {
	/** Must be on a disk that really syncs. */
	readonly directory: string;
	/** A database server in place of the file. */
	readonly databaseUrl?: string;
	/** A command that runs the server: its name and arguments, before those of Node. */
	readonly under?: readonly string[];
}

/** A fresh server on a fresh database. */
export async function runVariant(
	variant: Variant,
	{ directory, databaseUrl = "", under = [] }: VariantOptions,
): Promise<RunningVariant> {
	const home = mkdtempSync(join(directory, "savepoint-bench-"));
	const [execPath = process.execPath, ...execArgv] = [...under, process.execPath];
	const child = fork(ENTRY, [variant], {
		env: {
			...process.env,
			SAVEPOINT_DB_PATH: join(home, "bench.sqlite"),
			DATABASE_URL: databaseUrl,
		},
		execPath,
		execArgv,
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const forget = remember(async () => {
		// Under a tracer the channel is the server's: its end is the one sign that reaches it.
		if (child.connected) child.disconnect();
		child.kill("SIGKILL");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		rmSync(home, { recursive: true, force: true });
	});
	const { port } = await message<{ port: number }>(child);
	return {
		url: `http://127.0.0.1:${port}`,
		startMeasuring: () => child.send("measure"),
		stopMeasuring: () => child.send("measured"),
		async finish() {
			child.send("report");
			const report = await message<ServerReport>(child);
			if (child.exitCode === null) await once(child, "exit");
			forget();
			rmSync(home, { recursive: true, force: true });
			return report;
		},
	};
}

async function message<T>(child: ChildProcess): Promise<T> {
	const ended = once(child, "exit").then(([code]) => {
		throw new Error(`the server ended with exit code ${code}`);
	});
	const [value] = await Promise.race([once(child, "message"), ended]);
	ended.catch(() => undefined);
	return value as T;
}
