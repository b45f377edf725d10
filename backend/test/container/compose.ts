import { spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The user of the image, as Dockerfile and docker-compose.yml name it. */
export const IMAGE_UID = 10_001;

interface Outcome {
	readonly exitCode: number;
	readonly output: string;
}

const freePort = (): Promise<number> =>
	new Promise((resolve, reject) => {
		const server = createServer().on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			const port = typeof address === "object" && address !== null ? address.port : 0;
			server.close(() => resolve(port));
		});
	});

/** A directory on the host that the given user owns; only root can give a directory away. */
export function dataDirectory(uid: number): string {
	const path = mkdtempSync(join(tmpdir(), "savepoint-container-"));
	if (process.getuid?.() === 0) chownSync(path, uid, uid);
	return path;
}

/** The repository's own compose file, as a project of its own: name, port and data directory. */
export class Compose {
	readonly url: string;
	readonly data: string;
	readonly #command: readonly string[];
	readonly #env: NodeJS.ProcessEnv;

	private constructor(command: readonly string[], data: string, port: number) {
		this.#command = command;
		this.data = data;
		this.url = `http://127.0.0.1:${port}`;
		const uid = process.getuid?.() === 0 ? IMAGE_UID : process.getuid?.();
		this.#env = {
			...process.env,
			COMPOSE_PROJECT_NAME: `savepoint-test-${process.pid}`,
			SAVEPOINT_PORT: String(port),
			SAVEPOINT_DATA: data,
			SAVEPOINT_UID: String(uid),
			SAVEPOINT_GID: String(uid),
		};
	}

	static async create(command: readonly string[]): Promise<Compose> {
		return new Compose(command, dataDirectory(IMAGE_UID), await freePort());
	}

	/** Runs one compose command; `env` stands beside what the project sets. */
	run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
		const [program = "", ...first] = this.#command;
		const child = spawn(program, [...first, ...args], {
			cwd: ROOT,
			env: { ...this.#env, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		let output = "";
		child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
		child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
		return new Promise((resolve, reject) => {
			child.on("error", reject);
			child.on("close", (code) => resolve({ exitCode: code ?? -1, output }));
		});
	}

	/** Like run, for what must succeed: a failure shows what the engine said. */
	async must(...args: string[]): Promise<string> {
		const { exitCode, output } = await this.run(args);
		if (exitCode !== 0) throw new Error(`compose ${args.join(" ")} failed:\n${output}`);
		return output;
	}

	/** Builds, starts, and waits until the server is ready to store. */
	async up(): Promise<void> {
		await this.must("up", "-d", "--build");
		const deadline = Date.now() + 60_000;
		while (!(await this.#isHealthy())) {
			if (Date.now() > deadline)
				throw new Error(`The server did not become healthy:\n${await this.must("logs")}`);
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}

	async #isHealthy(): Promise<boolean> {
		return fetch(`${this.url}/health`).then(
			(answer) => answer.ok,
			() => false,
		);
	}

	/** Removes the containers and the image; the data directory stays. */
	async removeAll(): Promise<void> {
		await this.must("down", "--rmi", "local", "--remove-orphans");
	}

	async dispose(): Promise<void> {
		await this.run(["down", "--rmi", "local", "--remove-orphans"]);
		rmSync(this.data, { recursive: true, force: true });
	}
}
