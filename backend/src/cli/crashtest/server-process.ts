import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { SavepointError } from "../../errors.js";
import { tailOf } from "./log-tail.js";

/** How long a start may take, recovery included, before it counts as failed. */
export const START_MS_MAX = 30_000;
/** How long an orderly end may take: its own grace and some more. */
const STOP_MS_MAX = 20_000;

/** As `npm start` and the image run it: one file, which starts in a third of the time. */
const SERVER_SCRIPT = fileURLToPath(new URL("../../bundle/serve.js", import.meta.url));
const READY_LINE = /listening on (http:\S+)/;
/**
 * What the operator has set about the disk, and the switch that makes the test fail, reach the
 * server.
 */
const PASSED_ON = [
	"SAVEPOINT_ALLOW_NETWORK_FILESYSTEM",
	"SAVEPOINT_REQUIRE_VOLUME",
	"SAVEPOINT_TEST_FAULT",
];

export interface ServerProcessOptions {
	readonly databasePath: string;
	/** A database server in place of the file. */
	readonly databaseUrl?: string;
	/** Standard error of every start is appended here, so that it is there after a kill. */
	readonly logPath: string;
	/** Missing or 0: another free port at each start. */
	readonly port?: number;
	/** Set on top of the quiet, unlimited defaults. */
	readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessEnd {
	readonly exitCode: number | null;
	readonly signal: NodeJS.Signals | null;
}

interface Running {
	readonly child: ChildProcess;
	readonly ready: Promise<string>;
	readonly ended: Promise<ProcessEnd>;
	/** Its end was asked for. */
	expected: boolean;
}

/**
 * The real server as a process of its own, on a loopback address, that is started, killed and
 * started again on the same database. One process at a time.
 */
export class ServerProcess {
	readonly #options: ServerProcessOptions;
	#running: Running | null = null;
	#failUnexpected: (error: SavepointError) => void = () => {};

	/** Rejects when the server ends by itself; never resolves. */
	readonly unexpectedEnd: Promise<never>;

	constructor(options: ServerProcessOptions) {
		this.#options = options;
		this.unexpectedEnd = new Promise((_resolve, reject) => {
			this.#failUnexpected = reject;
		});
		this.unexpectedEnd.catch(() => {});
	}

	/** null while no process runs. */
	get pid(): number | null {
		return this.#running?.child.pid ?? null;
	}

	/** Starts the process and does not wait for it. Throws an Error when one is running. */
	launch(): void {
		if (this.#running !== null) throw new Error("The server runs already.");
		const log = openSync(this.#options.logPath, "a");
		const child = spawn(process.execPath, [SERVER_SCRIPT], {
			env: this.#environment(),
			cwd: dirname(this.#options.logPath),
			stdio: ["ignore", "pipe", log],
		});
		closeSync(log);
		const ended = new Promise<ProcessEnd>((resolve) => {
			child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
			child.once("error", () => resolve({ exitCode: null, signal: null }));
		});
		const running = { child, ready: readyUrl(child), ended, expected: false };
		running.ready.catch(() => {});
		this.#running = running;
		void ended.then((end) => this.#ended(running, end));
	}

	/**
	 * Resolves to the address once the launched server listens. Rejects with SERVER_UNREACHABLE,
	 * which quotes the end of its log, when it ends before that or takes longer than `boundMs`.
	 */
	async ready(boundMs = START_MS_MAX): Promise<string> {
		if (this.#running === null) throw this.#failure("The server was not started.");
		const { ready, ended } = this.#running;
		const late = `The server did not come up within ${boundMs / 1000} s.`;
		const outcome = await within(
			boundMs,
			Promise.race([
				ready.then((url) => ({ url, said: "" })),
				ended.then((end) => ({ url: null, said: `The server did not come up: ${describe(end)}.` })),
			]),
		);
		if (outcome?.url) return outcome.url;
		throw this.#failure(outcome?.said ?? late);
	}

	/** Launches and waits; see `ready`. */
	async start(boundMs = START_MS_MAX): Promise<string> {
		this.launch();
		return this.ready(boundMs);
	}

	/** `kill -9`. Resolves when the process is gone; at once when none runs. */
	async kill(): Promise<void> {
		await this.#signal("SIGKILL");
	}

	/**
	 * SIGTERM. Rejects with SERVER_UNREACHABLE when the server does not end with exit code 0 in
	 * time.
	 */
	async stop(): Promise<void> {
		const end = await within(STOP_MS_MAX, this.#signal("SIGTERM"));
		if (end === null) {
			await this.kill();
			throw this.#failure(`The server did not stop within ${STOP_MS_MAX / 1000} s.`);
		}
		if (end !== undefined && end.exitCode !== 0)
			throw this.#failure(`The server stopped with a failure: ${describe(end)}.`);
	}

	async #signal(signal: NodeJS.Signals): Promise<ProcessEnd | undefined> {
		if (this.#running === null) return undefined;
		const { child, ended } = this.#running;
		this.#running.expected = true;
		child.kill(signal);
		return ended;
	}

	#ended(running: Running, end: ProcessEnd): void {
		if (this.#running === running) this.#running = null;
		if (!running.expected)
			this.#failUnexpected(this.#failure(`The server ended by itself: ${describe(end)}.`));
	}

	#failure(sentence: string): SavepointError {
		return new SavepointError(
			"SERVER_UNREACHABLE",
			`${sentence}\n${tailOf(this.#options.logPath)}`.trimEnd(),
		);
	}

	#environment(): NodeJS.ProcessEnv {
		const inherited = Object.entries(process.env).filter(
			([name]) => !name.startsWith("SAVEPOINT_") || PASSED_ON.includes(name),
		);
		return {
			...Object.fromEntries(inherited),
			HOST: "127.0.0.1",
			PORT: String(this.#options.port ?? 0),
			SAVEPOINT_DB_PATH: this.#options.databasePath,
			// Never that of whoever runs the test: a test keeps to its own data.
			DATABASE_URL: this.#options.databaseUrl ?? "",
			SAVEPOINT_WRITES_PER_MINUTE: "0",
			SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE: "0",
			LOG_LEVEL: "warn",
			...this.#options.env,
		};
	}
}

/** Resolves to the address that the server prints when it listens. */
function readyUrl(child: ChildProcess): Promise<string> {
	return new Promise((resolve) => {
		let printed = "";
		child.stdout?.setEncoding("utf8").on("data", (text: string) => {
			printed += text;
			const url = READY_LINE.exec(printed)?.[1];
			if (url !== undefined) resolve(url);
		});
	});
}

/** null when the time is up first. */
async function within<T>(boundMs: number, promise: Promise<T>): Promise<T | null> {
	let timer: NodeJS.Timeout | undefined;
	const bound = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), boundMs);
	});
	try {
		return await Promise.race([promise, bound]);
	} finally {
		clearTimeout(timer);
	}
}

const describe = ({ exitCode, signal }: ProcessEnd): string =>
	signal === null ? `exit code ${exitCode ?? "unknown"}` : `ended by ${signal}`;
