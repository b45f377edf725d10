import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The real server as a process of its own, watched from outside. */

const SERVER = fileURLToPath(new URL("../../dist/bundle/serve.js", import.meta.url));
const LISTENING = /listening on (http:\S+) \(process (\d+)\)/;

export interface ServerOptions {
	/** Absolute path of the database file. */
	readonly database: string;
	/** On top of a free port, no write limit and a log of level `info`. */
	readonly env?: Readonly<Record<string, string>>;
	/** A command that runs the server: its name and arguments, before those of Node. */
	readonly under?: readonly string[];
	/** What runs instead of the server: a script of a test. */
	readonly script?: string;
	/** User and group of the process. */
	readonly uid?: number;
}

export interface ProcessEnd {
	readonly code: number | null;
	readonly signal: string | null;
}

export interface ServerProcess {
	/** Resolves to the address; rejects with all that it said when it ends before that. */
	listening(): Promise<string>;
	/** As `listening`, when all that it says at its start has been said. */
	welcomed(): Promise<string>;
	/** Resolves when it, and what it ran under, is gone and all it said has arrived. */
	readonly ended: Promise<ProcessEnd>;
	readonly out: string;
	/** Resolves when it says something more on standard output. */
	said(): Promise<unknown>;
	/** Log lines, and the sentence of a failed end. */
	readonly err: string;
	/** To Node itself, also where it runs under something. Does nothing once it has ended. */
	signal(signal: NodeJS.Signals): void;
	/** `kill -9`, and waits. */
	kill(): Promise<void>;
	/** SIGTERM, and waits. */
	stop(): Promise<ProcessEnd>;
}

const running = new Set<ServerProcess>();

/** For `afterEach`: whatever a test that failed has left. */
export async function killServers(): Promise<void> {
	await Promise.all([...running].map((server) => server.kill()));
}

export function startServer(options: ServerOptions): ServerProcess {
	const [command = process.execPath, ...rest] = [
		...(options.under ?? []),
		process.execPath,
		options.script ?? SERVER,
	];
	const child = spawn(command, rest, {
		env: {
			PATH: process.env["PATH"],
			PORT: "0",
			SAVEPOINT_WRITES_PER_MINUTE: "0",
			SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: "0",
			LOG_LEVEL: "info",
			SAVEPOINT_DB_PATH: options.database,
			...options.env,
		},
		stdio: ["ignore", "pipe", "pipe"],
		...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
	});
	const said = { out: "", err: "" };
	child.stdout?.setEncoding("utf8").on("data", (text: string) => {
		said.out += text;
	});
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said.err += text;
	});
	const ended = once(child, "close").then(([code, signal]): ProcessEnd => ({ code, signal }));
	const signal = (name: NodeJS.Signals): void => sendSignal(child, options, said.out, name);
	const server: ServerProcess = {
		listening: () => waitForAddress(child, said, ended),
		async welcomed() {
			const url = await server.listening();
			while (!said.out.includes("Ctrl+C stops")) await server.said();
			return url;
		},
		ended,
		get out() {
			return said.out;
		},
		said: () => once(child.stdout ?? child, "data"),
		get err() {
			return said.err;
		},
		signal,
		async kill() {
			signal("SIGKILL");
			await ended;
		},
		stop() {
			signal("SIGTERM");
			return ended;
		},
	};
	running.add(server);
	void ended.then(() => running.delete(server));
	return server;
}

async function waitForAddress(
	child: ChildProcess,
	said: { readonly out: string; readonly err: string },
	ended: Promise<ProcessEnd>,
): Promise<string> {
	const gone = ended.then(({ code, signal }) => {
		throw new Error(`It ended (${code ?? signal}) instead of listening:\n${said.out}${said.err}`);
	});
	gone.catch(() => {});
	for (;;) {
		const address = LISTENING.exec(said.out)?.[1];
		if (address !== undefined) return address;
		await Promise.race([gone, once(child.stdout ?? child, "data")]);
	}
}

/** A tracer does not pass signals on, and its own end would leave the server running. */
function sendSignal(
	child: ChildProcess,
	{ under }: ServerOptions,
	out: string,
	signal: NodeJS.Signals,
): void {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
	if (under === undefined) {
		child.kill(signal);
		return;
	}
	const stated = LISTENING.exec(out)?.[2];
	const targets = stated === undefined ? childrenOf(child.pid) : [Number(stated)];
	// Nothing below it: it has not got so far, and may go itself.
	for (const pid of targets.length > 0 ? targets : [child.pid]) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended meanwhile.
	}
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
