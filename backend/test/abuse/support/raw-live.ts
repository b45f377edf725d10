import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CLOSE, framesOf, type HeardFrame, upgradeRequest } from "./frames.js";

/** A live connection whose client may send any bytes, and need not read. */
export interface RawLive {
	readonly socket: Socket;
	/** Resolves when the connection is gone: what was heard, and the close code, or null. */
	readonly closed: Promise<{
		readonly frames: readonly HeardFrame[];
		readonly code: number | null;
	}>;
}

/** Connected, upgraded and greeted. */
export async function openRawLive(port: number, sessionId: string): Promise<RawLive> {
	const socket = connect(port, "127.0.0.1");
	const parts: Buffer[] = [];
	socket.on("data", (part) => parts.push(part)).on("error", () => {});
	const closed = once(socket, "close").then(() => {
		const frames = framesOf(Buffer.concat(parts)) ?? [];
		const goodbye = frames.find(({ first, payload }) => first === CLOSE && payload.length >= 2);
		return { frames, code: goodbye?.payload.readUInt16BE(0) ?? null };
	});
	socket.write(upgradeRequest(sessionId));
	while (!Buffer.concat(parts).includes('"hello"'))
		await Promise.race([once(socket, "data"), closed]);
	return { socket, closed };
}

/** Writes as fast as the other side takes it, until it has taken so much, or none for a while. */
export async function flood(
	socket: Socket,
	bytes: Buffer,
	{ bytesMax, patienceMs }: { readonly bytesMax: number; readonly patienceMs: number },
): Promise<number> {
	let sent = 0;
	const gone = once(socket, "close").then(
		() => false,
		() => false,
	);
	while (sent < bytesMax && socket.writable) {
		sent += bytes.length;
		if (socket.write(bytes)) continue;
		const waiting = new AbortController();
		const patience = setTimeout(() => waiting.abort(), patienceMs);
		const drained = await Promise.race([
			once(socket, "drain", { signal: waiting.signal }).then(
				() => true,
				() => false,
			),
			gone,
		]);
		clearTimeout(patience);
		if (!drained) break;
	}
	return sent;
}
