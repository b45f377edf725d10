import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { SavepointError } from "../errors.js";
import type { Log } from "../log.js";
import type { TellProgress } from "../operations/proof.js";
import {
	CONTROL_VERSION,
	type ControlReply,
	lineOf,
	parseLine,
	REQUEST_BYTES_MAX,
} from "./protocol.js";
import { claimSocketPath, releaseSocketPath } from "./socket-path.js";

/** Does one thing that an operator asked for. Checks its arguments itself; rejects by code. */
export type ControlVerb = (args: unknown, tell: TellProgress) => Promise<unknown>;

export interface ControlServerOptions {
	/** Path of the database file, which names the socket. */
	readonly database: string;
	readonly verbs: Readonly<Record<string, ControlVerb>>;
	readonly log: Log;
}

/** Listens on the local socket while the server holds the lock of its database. */
export class ControlServer {
	readonly #options: ControlServerOptions;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	constructor(options: ControlServerOptions) {
		this.#options = options;
		this.#server = createServer((socket) => this.#serve(socket));
	}

	/** Rejects where the socket cannot be made. */
	async listen(): Promise<void> {
		const path = claimSocketPath(this.#options.database);
		// From its first moment on nobody else may open it.
		const before = process.umask(0o177);
		try {
			await new Promise<void>((resolve, reject) => {
				this.#server.once("error", reject).listen(path, resolve);
				process.umask(before);
			});
		} finally {
			process.umask(before);
		}
		chmodSync(path, 0o600);
	}

	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.#server.close(resolve));
		for (const socket of this.#sockets) socket.destroy();
		await closed;
		releaseSocketPath(this.#options.database);
	}

	#serve(socket: Socket): void {
		this.#sockets.add(socket);
		socket.setEncoding("utf8");
		let said = "";
		socket.on("close", () => this.#sockets.delete(socket));
		// Whoever asked has gone; what was asked for goes on.
		socket.on("error", () => socket.destroy());
		socket.on("data", (text: string) => {
			said += text;
			const end = said.indexOf("\n");
			if (end === -1 && said.length <= REQUEST_BYTES_MAX) return;
			socket.removeAllListeners("data");
			void this.#answer(socket, end === -1 ? "" : said.slice(0, end));
		});
	}

	async #answer(socket: Socket, line: string): Promise<void> {
		const send = (reply: ControlReply): void => {
			if (socket.writable) socket.write(lineOf(reply));
		};
		try {
			const { verb, args } = this.#demand(line);
			this.#options.log.info({ verb: verb.name }, "asked over the local socket");
			const result = await verb.act(args, (progress) => send({ kind: "progress", progress }));
			send({ kind: "done", result });
		} catch (error) {
			const known = error instanceof SavepointError ? error : new SavepointError("INTERNAL");
			if (known !== error)
				this.#options.log.error({ err: error }, "the local socket's verb failed");
			send({ kind: "failed", code: known.code, reason: known.message });
		}
		socket.end();
	}

	#demand(line: string): { verb: { name: string; act: ControlVerb }; args: unknown } {
		const request = parseLine(line);
		const name = request?.["verb"];
		if (request === null || typeof name !== "string")
			throw new SavepointError("BAD_REQUEST", "The request is not a line of JSON with a verb.");
		if (request["version"] !== CONTROL_VERSION)
			throw new SavepointError(
				"BAD_REQUEST",
				"The command and the server are of different versions; use those of one release.",
			);
		const act = Object.hasOwn(this.#options.verbs, name) ? this.#options.verbs[name] : undefined;
		if (act === undefined)
			throw new SavepointError("BAD_REQUEST", "The server does not know this verb.");
		return { verb: { name, act }, args: request["args"] };
	}
}
