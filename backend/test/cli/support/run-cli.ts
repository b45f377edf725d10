import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../../../bin/savepoint.js", import.meta.url));

export interface Ran {
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** The settings of whoever runs the tests must not reach the program. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
	const own = Object.entries(process.env).filter(
		([name]) => !name.startsWith("SAVEPOINT_") && name !== "PORT" && name !== "HOST",
	);
	return { ...Object.fromEntries(own), ...extra };
}

export interface Started {
	readonly child: ChildProcess & { readonly stdout: Readable };
	readonly ended: Promise<Ran>;
}

/** The real program in a process of its own. */
export function startCli(args: readonly string[], env: Record<string, string> = {}): Started {
	const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment(env) });
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	const ended = new Promise<Ran>((resolve) => {
		child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
	});
	return { child, ended };
}

/** `startCli`, when it has ended. */
export const runCli = (args: readonly string[], env?: Record<string, string>): Promise<Ran> =>
	startCli(args, env).ended;

/**
 * Runs what is to find a fault until it did, five times at most: a kill has to meet the moment in
 * which the fault shows, and not every run does.
 */
export async function runUntilFound(run: () => Promise<Ran>): Promise<Ran> {
	let last = await run();
	for (let tries = 1; tries < 5 && last.exitCode === 0; tries += 1) last = await run();
	return last;
}

export interface ServingProcess {
	readonly url: string;
	readonly child: ChildProcess;
	/** Resolves when the process is gone. */
	kill(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** `savepoint serve` on any free port; resolves once it says where it listens. */
export async function serve(
	database: string,
	env: Record<string, string> = {},
): Promise<ServingProcess> {
	const child = spawn(process.execPath, [PROGRAM, "serve"], {
		env: environment({
			PORT: "0",
			SAVEPOINT_DB_PATH: database,
			SAVEPOINT_WRITES_PER_MINUTE: "0",
			LOG_LEVEL: "error",
			...env,
		}),
	});
	const gone = new Promise<void>((resolve) => {
		child.on("close", () => resolve());
	});
	let said = "";
	const url = await new Promise<string>((resolve, reject) => {
		child.stdout.on("data", (chunk) => {
			said += chunk;
			const found = /listening on (\S+)/.exec(said)?.[1];
			if (found !== undefined) resolve(found);
		});
		child.stderr.on("data", (chunk) => {
			said += chunk;
		});
		child.on("close", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
	});
	return {
		url,
		child,
		kill(signal) {
			child.kill(signal);
			return gone;
		},
	};
}
