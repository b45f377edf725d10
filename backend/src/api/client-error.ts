import type { Socket } from "node:net";
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
	socket.on("error", () => socket.destroy());
	socket.end(rawAnswer(...describeClientError(error.code)));
	socket.destroySoon();
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
