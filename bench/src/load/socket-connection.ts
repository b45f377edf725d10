import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameReader, OPCODES } from "./frames.js";
import type { Game } from "./games.js";

export interface GameWatch {
	/** Asked before each message: when to send it, in ms from now; null ends the game early. */
	nextInMs(moves: number): number | null;
	acknowledged(moves: number, tookMs: number): void;
}

const HEAD_END = "\r\n\r\n";
const RECEIPTS = Buffer.from('{"type":"receipts"');
const REFUSED = Buffer.from('"refused"');

/** Thrown when the server went away: what a kill is expected to do, and nothing else. */
export class ServerLost extends Error {}

/**
 * Plays one game on a live connection, one message in flight. Resolves when its last message was
 * acknowledged or the watch ended it; rejects with ServerLost when the connection breaks, and with
 * an Error when any move was not applied: a refused move would be a cheap one.
 */
export async function playGame(
	url: URL,
	sessionId: string,
	game: Game,
	watch: GameWatch,
): Promise<void> {
	const socket = connect(Number(url.port), url.hostname);
	socket.setNoDelay(true);
	try {
		await upgrade(socket, url, sessionId);
		await exchange(socket, game, watch);
	} finally {
		socket.destroy();
	}
}

async function upgrade(socket: Socket, url: URL, sessionId: string): Promise<void> {
	const request = [
		`GET /api/sessions/${sessionId}/live HTTP/1.1`,
		`Host: ${url.host}`,
		"Connection: Upgrade",
		"Upgrade: websocket",
		"Sec-WebSocket-Version: 13",
		`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
	];
	socket.write(request.join("\r\n") + HEAD_END);
	let head = Buffer.alloc(0);
	while (!head.includes(HEAD_END)) {
		const [chunk] = (await Promise.race([
			once(socket, "data"),
			once(socket, "close").then(() => {
				throw new ServerLost("closed during the upgrade");
			}),
		]).catch(asLost)) as [Buffer];
		head = Buffer.concat([head, chunk]);
	}
	if (!head.toString("latin1").startsWith("HTTP/1.1 101"))
		throw new Error(`no upgrade: ${head.toString("latin1").split("\r\n")[0]}`);
	socket.pause();
	socket.unshift(head.subarray(head.indexOf(HEAD_END) + HEAD_END.length));
}

function asLost(error: unknown): never {
	const { code } = error as NodeJS.ErrnoException;
	if (code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE")
		throw new ServerLost(code, { cause: error });
	throw error;
}

const exchange = (socket: Socket, game: Game, watch: GameWatch): Promise<void> =>
	new Promise((resolve, reject) => {
		const reader = new FrameReader();
		let at = -1;
		let sentAtMs = 0;
		const send = () => {
			const frame = game.frames[at];
			const waitMs = frame === undefined ? null : watch.nextInMs(game.sizes[at] ?? 0);
			if (frame === undefined || waitMs === null) {
				resolve();
				return;
			}
			const write = () => {
				sentAtMs = performance.now();
				socket.write(frame);
			};
			if (waitMs < 1) write();
			else setTimeout(write, waitMs);
		};
		const onFrame = (opcode: number, payload: Buffer) => {
			if (opcode === OPCODES.ping) return;
			if (opcode === OPCODES.close) throw new ServerLost("closed by the server");
			// The greeting comes first, and then only receipts.
			if (at >= 0) {
				if (payload.indexOf(RECEIPTS) !== 0 || payload.includes(REFUSED))
					throw new Error(`not applied: ${payload.toString().slice(0, 300)}`);
				watch.acknowledged(game.sizes[at] ?? 0, performance.now() - sentAtMs);
			}
			at += 1;
			send();
		};
		socket.on("data", (chunk: Buffer) => {
			try {
				reader.read(chunk, onFrame);
			} catch (error) {
				reject(error);
			}
		});
		socket.on("error", (error) => reject(new ServerLost(error.message, { cause: error })));
		socket.on("close", () => reject(new ServerLost("closed")));
		socket.resume();
	});
