import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ClientMessage, Move, ServerMessage } from "@savepoint/core";
import { type WebSocket, WebSocketServer } from "ws";
import { FakeSession } from "./fake-session.js";

/** What happens to one write, whichever way it comes. */
export type Fault =
	| "none"
	/** The connection breaks before anything was stored. */
	| "drop"
	/** Stored, but the connection breaks before the answer. */
	| "swallow"
	/** Stored, and no answer ever comes. */
	| "silence"
	/** 503: nothing stored. */
	| "unavailable"
	/** 429 with a Retry-After of one second. */
	| "rate-limited"
	/** 200 with a page of HTML, as a captive portal has it. Nothing stored. */
	| "garbage"
	/** Something on the way delivers the write twice. */
	| "duplicate"
	/** Stored and answered, then the server goes away. */
	| "going-away";

export interface SeenWrite {
	readonly route: "create" | "http" | "live";
	readonly moveIds: readonly string[];
}

/**
 * A scripted server on a real port. What it stored survives `stop` and `start`, as a disk would.
 */
export class FakeServer {
	/** One a write, oldest first; without one, the write just works. */
	readonly faults: Fault[] = [];
	readonly writes: SeenWrite[] = [];
	readonly sessions = new Map<string, FakeSession>();
	/** False: every upgrade is refused, as by a proxy that does not know WebSockets. */
	allowsSockets = true;
	readonly #createdByKey = new Map<string, FakeSession>();
	readonly #live = new Map<WebSocket, FakeSession>();
	readonly #sockets = new Set<Socket>();
	#server: Server | null = null;
	#port = 0;

	get url(): string {
		return `http://127.0.0.1:${this.#port}`;
	}

	get liveConnections(): number {
		return this.#live.size;
	}

	async start(): Promise<void> {
		const server = createServer((request, response) => {
			this.#handle(request, response).catch(() => response.destroy());
		});
		const upgrades = new WebSocketServer({ noServer: true });
		server.on("connection", (socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket));
		});
		server.on("upgrade", (request, socket, head) => {
			if (!this.allowsSockets) return socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
			return upgrades.handleUpgrade(request, socket, head, (live) => this.#greet(request, live));
		});
		this.#server = server;
		await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
		const address: AddressInfo | string | null = server.address();
		if (address !== null && typeof address === "object") this.#port = address.port;
	}

	/** As kill -9 looks from outside: every connection breaks. */
	async stop(): Promise<void> {
		const server = this.#server;
		if (server === null) return;
		this.#server = null;
		const closed = new Promise((resolve) => server.close(resolve));
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}

	/** The live connections end with this close code. */
	closeLive(code: number): void {
		for (const socket of this.#live.keys()) socket.close(code);
	}

	push(message: ServerMessage): void {
		for (const socket of this.#live.keys()) socket.send(JSON.stringify(message));
	}

	async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		const path = (request.url ?? "").split("/").slice(2);
		if (request.method === "POST" && path.length === 1) {
			return this.#create(request, response, body);
		}
		const session = this.sessions.get(path[1] ?? "");
		if (session === undefined) {
			return reply(response, 404, { error: "Session not found.", code: "SESSION_NOT_FOUND" });
		}
		if (request.method === "GET") return reply(response, 200, session.view());
		const { moves }: { moves: Move[] } = JSON.parse(body);
		this.writes.push({ route: "http", moveIds: moves.map((move) => move.id) });
		this.#answer(response, () => session.take(moves), 200);
	}

	#create(request: IncomingMessage, response: ServerResponse, body: string): void {
		this.writes.push({ route: "create", moveIds: [] });
		const key = String(request.headers["idempotency-key"]);
		const seconds: unknown = JSON.parse(body)?.requestedDurationSeconds;
		const durationMs = (typeof seconds === "number" ? seconds : 60) * 1000;
		this.#answer(
			response,
			() => {
				const known = this.#createdByKey.get(key);
				if (known !== undefined) return known.view();
				const count = this.sessions.size + 1;
				const session = new FakeSession(`session-${count}`, count, durationMs);
				this.sessions.set(session.id, session);
				this.#createdByKey.set(key, session);
				return session.view();
			},
			201,
		);
	}

	#answer(response: ServerResponse, store: () => unknown, status: number): void {
		const fault = this.faults.shift() ?? "none";
		switch (fault) {
			case "drop":
				response.destroy();
				break;
			case "garbage":
				response.end("<html>Welcome to our wireless</html>");
				break;
			case "unavailable":
				response.setHeader("retry-after", "0");
				reply(response, 503, { error: "Later.", code: "STORAGE_FULL" });
				break;
			case "rate-limited":
				response.setHeader("retry-after", "1");
				reply(response, 429, { error: "Later.", code: "RATE_LIMITED" });
				break;
			default: {
				if (fault === "duplicate") store();
				const answer = store();
				if (fault === "swallow") response.destroy();
				else if (fault !== "silence") reply(response, status, answer);
			}
		}
	}

	#greet(request: IncomingMessage, socket: WebSocket): void {
		const session = this.sessions.get((request.url ?? "").split("/")[3] ?? "");
		if (session === undefined) {
			socket.close(4404);
			return;
		}
		this.#live.set(socket, session);
		socket.on("close", () => this.#live.delete(socket));
		socket.on("message", (data) => {
			const message: ClientMessage = JSON.parse(String(data));
			this.writes.push({ route: "live", moveIds: message.moves.map((move) => move.id) });
			this.#answerLive(socket, session, message);
		});
		const { seq, stateHash, generation } = session;
		socket.send(JSON.stringify({ type: "hello", protocol: 1, seq, stateHash, generation }));
	}

	#answerLive(socket: WebSocket, session: FakeSession, { ref, moves }: ClientMessage): void {
		const say = (message: ServerMessage) => socket.send(JSON.stringify(message));
		const fault = this.faults.shift() ?? "none";
		switch (fault) {
			case "drop":
				socket.terminate();
				break;
			case "garbage":
				socket.close(1008);
				break;
			case "unavailable":
				say({ type: "error", ref, error: "Later.", code: "STORAGE_FULL", retryAfterMs: 0 });
				break;
			case "rate-limited":
				say({ type: "error", ref, error: "Later.", code: "RATE_LIMITED", retryAfterMs: 1000 });
				break;
			default: {
				if (fault === "duplicate") session.take(moves);
				const answer = session.take(moves);
				if (fault === "swallow") socket.terminate();
				else if (fault !== "silence") say({ type: "receipts", ref, ...answer });
				if (fault === "going-away") {
					say({ type: "going-away", retryAfterMs: 10 });
					socket.close(1001);
				}
			}
		}
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(Buffer.from(chunk));
	return Buffer.concat(chunks).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: unknown): void {
	response.statusCode = status;
	response.setHeader("content-type", "application/json");
	response.end(JSON.stringify(body));
}
