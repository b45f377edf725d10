/** Opcodes with the bit that says "this is the last part". */
export const TEXT = 0x81;
export const TEXT_BEGINS = 0x01;
export const GOES_ON = 0x00;
export const BINARY = 0x82;
export const CLOSE = 0x88;
export const PING = 0x89;
export const PONG = 0x8a;

/** A WebSocket frame as a client must send it: with a mask, which is all zeroes here. */
export function encodeFrame(first: number, payload: Buffer): Buffer {
	const { length } = payload;
	const size = length < 126 ? Buffer.from([0x80 | length]) : Buffer.alloc(length < 65_536 ? 3 : 9);
	if (length >= 126) {
		size[0] = 0x80 | (length < 65_536 ? 126 : 127);
		size.writeUIntBE(length, length < 65_536 ? 1 : 3, length < 65_536 ? 2 : 6);
	}
	return Buffer.concat([Buffer.from([first]), size, Buffer.alloc(4), payload]);
}

export interface HeardFrame {
	readonly first: number;
	readonly payload: Buffer;
}

/** Whole frames of a server, which have no mask. */
export function decodeFrames(received: Buffer): HeardFrame[] {
	const frames: HeardFrame[] = [];
	for (let at = 0; at + 2 <= received.length; ) {
		const [first = 0, second = 0] = received.subarray(at, at + 2);
		const long = second === 126 ? 2 : second === 127 ? 8 : 0;
		if (at + 2 + long > received.length) break;
		const said = received.toString("hex", at + 2, at + 2 + long);
		const length = long === 0 ? second : Number(`0x${said}`);
		const start = at + 2 + long;
		if (start + length > received.length) break;
		frames.push({ first, payload: received.subarray(start, start + length) });
		at = start + length;
	}
	return frames;
}

/** A request for a live connection. */
export const upgradeRequest = (sessionId: string): Buffer =>
	Buffer.from(
		`GET /api/sessions/${sessionId}/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n` +
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	);

/** The frames after a handshake; null where there was none. */
export function framesOf(received: Buffer): HeardFrame[] | null {
	const top = received.indexOf("\r\n\r\n");
	const upgraded = received.subarray(0, 20).includes(" 101 ");
	return upgraded ? decodeFrames(received.subarray(top + 4)) : null;
}
