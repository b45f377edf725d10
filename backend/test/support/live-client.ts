import { once } from "node:events";
import type { ServerMessage } from "@savepoint/core";
import { WebSocket } from "ws";

/** A live connection that keeps what it hears, in order, and hands it out one message at a time. */
export class LiveClient {
	readonly socket: WebSocket;
	readonly #heard: ServerMessage[] = [];
	readonly closed: Promise<{ code: number; reason: string }>;
	#wake: () => void = () => {};

	constructor(url: string) {
		this.socket = new WebSocket(url);
		this.socket.on("message", (data) => {
			this.#heard.push(JSON.parse(data.toString()));
			this.#wake();
		});
		this.socket.on("error", () => {});
		this.closed = once(this.socket, "close").then(([code, reason]) => ({
			code,
			reason: String(reason),
		}));
	}

	/** The next message; rejects when the connection closes first. */
	async next(): Promise<ServerMessage> {
		const closed = this.closed.then(({ code }) => {
			throw new Error(`Closed with ${code} while a message was awaited.`);
		});
		while (this.#heard.length === 0)
			await Promise.race([
				closed,
				new Promise<void>((resolve) => {
					this.#wake = resolve;
				}),
			]);
		closed.catch(() => {});
		return this.#heard.shift() as ServerMessage;
	}

	send(message: unknown): void {
		this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
	}
}
