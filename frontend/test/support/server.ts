import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("../../../backend/dist/bundle/serve.js", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../../backend/bin/savepoint.js", import.meta.url));
const LOOK_MS = 40;
const UP_WITHIN_MS = 120_000;

/** A server of its own data and port, that can be killed and started again in mid-game. */
export class GameServer {
	readonly url: string;
	readonly #port: number;
	readonly #data = mkdtempSync(join(tmpdir(), "before-dawn-"));
	#child: ChildProcess | null = null;

	private constructor(port: number) {
		this.#port = port;
		this.url = `http://127.0.0.1:${port}`;
	}

	static async open(): Promise<GameServer> {
		const server = new GameServer(await freePort());
		await server.start();
		return server;
	}

	/** Path of its database file. */
	get database(): string {
		return join(this.#data, "savepoint.sqlite");
	}

	/** Resolves when it answers. */
	async start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
		const child = spawn(process.execPath, [SERVER], {
			env: {
				...process.env,
				HOST: "127.0.0.1",
				PORT: String(this.#port),
				SAVEPOINT_DB_PATH: this.database,
				...settings,
			},
			stdio: ["ignore", "ignore", "inherit"],
		});
		this.#child = child;
		const untilMs = Date.now() + UP_WITHIN_MS;
		while (!(await this.#answers())) {
			if (Date.now() > untilMs || child.exitCode !== null) {
				child.kill("SIGKILL");
				throw new Error("The server did not come up.");
			}
			await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
		}
	}

	/** `kill -9`: no goodbye, no flush. Resolves when the process is gone. */
	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = null;
		if (child === null || child.exitCode !== null) return;
		const gone = once(child, "exit");
		child.kill("SIGKILL");
		await gone;
	}

	/** A backup by the command line, beside the running server. */
	async backUp(): Promise<void> {
		const args = [PROGRAM, "backup", "--db", join(this.#data, "savepoint.sqlite")];
		const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
		const [code] = await once(child, "exit");
		if (code !== 0) throw new Error(`The backup ended with ${code}.`);
	}

	async close(): Promise<void> {
		await this.kill();
		rmSync(this.#data, { recursive: true, force: true });
	}

	async read<T>(path: string): Promise<T> {
		const response = await fetch(`${this.url}${path}`);
		if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
		return (await response.json()) as T;
	}

	async post<T>(path: string, body: object): Promise<T> {
		const response = await fetch(`${this.url}${path}`, {
			method: "POST",
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
		return (await response.json()) as T;
	}

	async #answers(): Promise<boolean> {
		try {
			return (await fetch(`${this.url}/health`)).ok;
		} catch {
			return false;
		}
	}
}

async function freePort(): Promise<number> {
	const probe = createServer();
	await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
	const address = probe.address();
	await new Promise((resolve) => probe.close(resolve));
	if (address === null || typeof address === "string") throw new Error("No port is free.");
	return address.port;
}
