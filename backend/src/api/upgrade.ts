import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import { ERRORS, RETRY_AFTER_SECONDS } from "../errors.js";
import { type Gate, hasHost } from "./admission.js";
import { rawAnswer, refuse } from "./client-error.js";

const LIVE_PATH = /^\/api\/sessions\/([^/?#]{1,128})\/live(?:\?.*)?$/;

type Accept = (
	request: IncomingMessage,
	socket: Duplex,
	upgrade: { readonly head: Buffer; readonly sessionId: string },
) => void;

/**
 * Hands WebSocket upgrades of the live path to `accept`. Done by hand and not by a plugin,
 * because that would put two more hooks on every request. Other upgrades are refused in plain
 * HTTP; those that only offer HTTP/2, as some clients do with every request, are answered as if
 * they had not.
 */
export function takeUpgrades(app: FastifyInstance, gate: Gate, accept: Accept): void {
	app.server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
		// Node takes its own listener off before this event.
		const onError = () => socket.destroy();
		socket.on("error", onError);
		if (request.headers.upgrade?.toLowerCase() !== "websocket") {
			answerAsPlainRequest(app, request, socket);
			return;
		}
		const sessionId = LIVE_PATH.exec(request.url ?? "")?.[1];
		if (sessionId === undefined) return refuse(socket, rawAnswer("404 Not Found", "NOT_FOUND"));
		if (!hasHost(request)) return refuse(socket, rawAnswer("400 Bad Request", "BAD_REQUEST"));
		if (gate.closing) {
			const retry = `\r\nRetry-After: ${RETRY_AFTER_SECONDS}`;
			return refuse(socket, rawAnswer(`503 Service Unavailable${retry}`, "SHUTTING_DOWN"));
		}
		socket.off("error", onError);
		accept(request, socket, { head, sessionId });
	});
}

function answerAsPlainRequest(
	app: FastifyInstance,
	request: IncomingMessage,
	socket: Socket,
): void {
	if (request.method !== "GET" && request.method !== "HEAD") {
		// What follows the headers was not parsed as a body, so the request cannot be served.
		const sentence = `${ERRORS.BAD_REQUEST.sentence} Send it without an Upgrade header.`;
		refuse(socket, rawAnswer("400 Bad Request", "BAD_REQUEST", sentence));
		return;
	}
	const response = new ServerResponse(request);
	response.shouldKeepAlive = false;
	response.assignSocket(socket);
	response.on("finish", () => {
		response.detachSocket(socket);
		socket.destroySoon();
	});
	app.routing(request, response);
}
