import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { remember } from "./running.js";

/** A server that says "listening on <url>" once it does: Savepoint's own, and each peer. */
export interface ListeningServer {
	readonly url: string;
	/** Of the server itself, also where it runs under something. */
	readonly pid: number;
	/** From its start as a process until it said so. */
	readonly listeningAfterMs: number;
	/** SIGTERM, and waits. */
	stop(): Promise<void>;
	/** SIGKILL to it and to all that it started, and waits. */
	kill(): Promise<void>;
}

export interface ServerCommand {
	/** The program of Node and its arguments. */
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** A command that runs it: its name and arguments, before those of Node. */
	readonly under?: readonly string[];
}

const SAVEPOINT = fileURLToPath(import.meta.resolve("@savepoint/backend/bundle/serve"));
const LISTENING = /listening on (http:\/\/[^\s/]+)/;

/** The real server, as `npm start` runs it, without limits on writes. */
export const savepointCommand = (database: string): ServerCommand => ({
	args: [SAVEPOINT],
	env: {
		PORT: "0",
		LOG_LEVEL: "warn",
		SAVEPOINT_WRITES_PER_MINUTE: "0",
		SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: "0",
		SAVEPOINT_DB_PATH: database,
	},
});

/** Rejects with what the program said when it ends instead of listening. */
export async function startListening(command: ServerCommand): Promise<ListeningServer> {
	const { args, env, under = [] } = command;
	const [program = process.execPath, ...rest] = [...under, process.execPath, ...args];
	const startedAtMs = performance.now();
	const child = spawn(program, rest, {
		env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const ended = once(child, "close");
	const forget = remember(async () => {
		for (const one of [...descendantsOf(child.pid ?? 0), child.pid ?? 0]) send(one, "SIGKILL");
		await ended;
	});
	void ended.then(forget);
	const url = await addressOf(child);
	const listeningAfterMs = performance.now() - startedAtMs;
	const own = child.pid ?? 0;
	const pid = under.length === 0 ? own : (childrenOf(own)[0] ?? own);
	const end = async (pids: readonly number[], signal: NodeJS.Signals): Promise<void> => {
		for (const one of pids) send(one, signal);
		await ended;
	};
	return {
		url,
		pid,
		listeningAfterMs,
		stop: () => end([pid], "SIGTERM"),
		// The server last: what it started must still be known as its own.
		kill: () => end([...descendantsOf(pid), pid], "SIGKILL"),
	};
}

function addressOf(child: ChildProcess): Promise<string> {
	let said = "";
	return new Promise((resolve, reject) => {
		const hear = (text: string) => {
			if (said.length > 100_000) return;
			said += text;
			const url = LISTENING.exec(said)?.[1];
			if (url !== undefined) resolve(url);
		};
		child.stdout?.setEncoding("utf8").on("data", hear);
		child.stderr?.setEncoding("utf8").on("data", hear);
		child.on("error", reject);
		child.on("close", (code) =>
			reject(new Error(`it ended (${code}) instead of listening:\n${said}`)),
		);
	});
}

function childrenOf(pid: number): number[] {
	try {
		return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
			readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
				.split(" ")
				.filter((text) => text.trim() !== "")
				.map(Number),
		);
	} catch {
		return [];
	}
}

const descendantsOf = (pid: number): number[] =>
	childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended meanwhile.
	}
}
