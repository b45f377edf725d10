import type { IncomingMessage } from "node:http";
import { BODY_BYTES_MAX } from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { SavepointError } from "../errors.js";
import { SHUTDOWN_GRACE_MS, SOCKET_CLOSE_MS, SOCKET_PING_MS } from "../limits.js";
import type { Gate } from "./admission.js";
import { rawAnswer, refuse } from "./client-error.js";
import type { ApiContext } from "./context.js";
import { plainErrors, type SessionRoute } from "./documented.js";
import { LiveConnection } from "./live-connection.js";
import { MessageLimit } from "./message-limit.js";
import { REQUEST_ID_HEADER } from "./request-ids.js";
import type { LoggedRequest } from "./request-log.js";
import { takeUpgrades } from "./upgrade.js";

const LIVE_ROUTE = "/api/sessions/:id/live";

/**
 * `WS /api/sessions/:id/live`: moves and receipts as messages, pushes of what others changed.
 * Messages and close codes: docs/reference/websocket.md.
 */
export function registerLive(app: FastifyInstance, context: ApiContext, gate: Gate): void {
	const { authority, clock, config, requests, requestIds, failures } = context;
	const connections = new Map<LiveConnection, Promise<void>>();
	const isTold = config.logLevel === "debug" || config.logLevel === "trace";
	// The published types do not know `closeTimeout` yet.
	const options: ServerOptions & { closeTimeout: number } = {
		noServer: true,
		maxPayload: BODY_BYTES_MAX,
		perMessageDeflate: false,
		clientTracking: false,
		// Whoever was told to close may not keep what waits for it in our memory.
		closeTimeout: SOCKET_CLOSE_MS,
	};
	const sockets = new WebSocketServer(options);
	sockets.on("wsClientError", (error, socket) => {
		const status = "400 Bad Request\r\nSec-WebSocket-Version: 13";
		refuse(socket, rawAnswer(status, "BAD_REQUEST", `${error.message}.`));
	});

	// The handshake's answer has an id, as every answer has; so do the lines about the connection.
	const ids = new WeakMap<IncomingMessage, string>();
	sockets.on("headers", (headers, request) => {
		headers.push(`${REQUEST_ID_HEADER}: ${ids.get(request)}`);
	});
	takeUpgrades(app, gate, (request, socket, { head, sessionId }) => {
		const told = { id: requestIds.next(request), method: "GET", route: LIVE_ROUTE };
		ids.set(request, told.id);
		sockets.handleUpgrade(request, socket, head, (webSocket) => {
			const limit = new MessageLimit(config.socketMessagesPerMinute, clock);
			const connection = new LiveConnection(webSocket, sessionId, {
				authority,
				limit,
				onFailure: (error) => failures.note(error, () => told),
			});
			if (isTold) tellOf(webSocket, context, told);
			const closed = new Promise<void>((resolve) => webSocket.once("close", () => resolve()));
			connections.set(connection, closed);
			requests.liveConnections = connections.size;
			void closed.then(() => {
				connections.delete(connection);
				requests.liveConnections = connections.size;
			});
			connection.open();
		});
	});

	const pings = setInterval(() => {
		for (const connection of connections.keys()) connection.ping();
	}, SOCKET_PING_MS);
	pings.unref();

	app.addHook("preClose", async () => {
		clearInterval(pings);
		await leaveAll(connections);
	});

	app.get<SessionRoute>("/api/sessions/:id/live", {
		schema: {
			tags: ["play"],
			summary: "Play and watch over a WebSocket",
			description:
				"Upgrades to a WebSocket; its messages are described in docs/reference/websocket.md.",
			response: plainErrors(),
		},
		handler: () => {
			throw new SavepointError("BAD_REQUEST", "This path speaks WebSocket; connect with ws://.");
		},
	});
}

/** Answers what is under way, closes, and cuts whoever does not go within the grace. */
async function leaveAll(connections: ReadonlyMap<LiveConnection, Promise<void>>): Promise<void> {
	const cut = setTimeout(
		() => {
			for (const connection of connections.keys()) connection.terminate();
		},
		Math.max(SOCKET_CLOSE_MS, SHUTDOWN_GRACE_MS / 2),
	);
	for (const connection of connections.keys()) connection.leave();
	await Promise.all(connections.values());
	clearTimeout(cut);
}

/** Two lines a connection, where the log shows requests at all. */
function tellOf(
	socket: WebSocket,
	{ log, clock }: ApiContext,
	{ id: requestId, route }: LoggedRequest,
): void {
	const openedAtMs = clock.now();
	log.debug({ requestId, route }, "live connection opened");
	socket.once("close", (closeCode) =>
		log.debug(
			{ requestId, route, closeCode, ms: clock.now() - openedAtMs },
			"live connection closed",
		),
	);
}
