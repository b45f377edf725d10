import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@savepoint/core";
import { ERRORS } from "../errors.js";

/**
 * Answers what never became a request: garbage, headers without end, a body that does not arrive.
 * Never throws, because whoever can make the handler throw can end the process.
 */
export function answerClientError(error: { readonly code?: string }, socket: Socket): void {
	if (socket.destroyed || !socket.writable || error.code === "ECONNRESET") {
		socket.destroy();
		return;
	}
	refuse(socket, rawAnswer(...describeClientError(error.code)));
}

/**
 * Answers what Node would turn away by itself without a word of ours: tunnels, and expectations
 * that nobody can meet.
 */
export function refuseOddRequests(server: Server): void {
	server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
		refuse(socket, rawAnswer("400 Bad Request", "BAD_REQUEST", "This server is no proxy."));
	});
	server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
		const error = "`Expect` takes 100-continue and nothing else.";
		const headers = { "content-type": "application/json; charset=utf-8", connection: "close" };
		response.writeHead(417, headers).end(JSON.stringify({ error, code: "BAD_REQUEST" }));
	});
}

/** Says so and ends the connection, whatever becomes of it meanwhile. */
export function refuse(socket: Duplex, answer: string): void {
	socket.on("error", () => socket.destroy());
	socket.end(answer);
	if ("destroySoon" in socket) (socket as Socket).destroySoon();
}

/** A whole HTTP answer as text, for sockets that have no response object. */
export function rawAnswer(status: string, code: ErrorCode, sentence?: string): string {
	const body = JSON.stringify({ error: sentence ?? ERRORS[code].sentence, code });
	return [
		`HTTP/1.1 ${status}`,
		"Content-Type: application/json; charset=utf-8",
		`Content-Length: ${Buffer.byteLength(body)}`,
		"Connection: close",
		"",
		body,
	].join("\r\n");
}

function describeClientError(code: string | undefined): [string, ErrorCode, string?] {
	switch (code) {
		case "ERR_HTTP_REQUEST_TIMEOUT":
			return ["408 Request Timeout", "REQUEST_TIMEOUT"];
		case "HPE_HEADER_OVERFLOW":
			return [
				"431 Request Header Fields Too Large",
				"BAD_REQUEST",
				"The request's headers are larger than the server takes.",
			];
		default:
			return ["400 Bad Request", "BAD_REQUEST", "This is not an HTTP request."];
	}
}
