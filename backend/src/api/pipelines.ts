import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PIPELINED_REQUESTS_MAX } from "../limits.js";

/**
 * Counts the requests that wait on a connection for the answers before theirs. Their answers are
 * kept in memory, so a client that sends and never reads must not gather thousands of them.
 */
export class Pipelines {
	private readonly waiting = new WeakMap<Socket, number>();

	/** false: one too many. So is everything after it: the connection ends with its refusal. */
	mayWait({ socket }: IncomingMessage, response: ServerResponse): boolean {
		// Only the response whose turn it is has the socket.
		if (response.socket !== null) return true;
		const count = (this.waiting.get(socket) ?? 0) + 1;
		if (count > PIPELINED_REQUESTS_MAX) {
			this.waiting.set(socket, Number.POSITIVE_INFINITY);
			return false;
		}
		this.waiting.set(socket, count);
		response.once("close", () => this.waiting.set(socket, (this.waiting.get(socket) ?? 0) - 1));
		return true;
	}
}
