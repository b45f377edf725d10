/**
 * WebSocket frames by hand, for a load generator that must cost less than what it measures: text
 * frames are built once and sent as they are, again and again.
 */
const FIN_TEXT = 0x81;
const MASKED = 0x80;
const OPCODE = 0x0f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;

export const OPCODES = { text: 1, close: 8, ping: 9 } as const;

/** A whole text frame of a client. Its mask is zero, which a server must unmask all the same. */
export function clientFrame(text: string): Buffer {
	const payload = Buffer.from(text);
	if (payload.length < LENGTH_16)
		return Buffer.concat([
			Buffer.from([FIN_TEXT, MASKED | payload.length]),
			Buffer.alloc(MASK_BYTES),
			payload,
		]);
	if (payload.length > 0xffff) throw new RangeError("longer frames are not needed here");
	const head = Buffer.alloc(4 + MASK_BYTES);
	head.set([FIN_TEXT, MASKED | LENGTH_16]);
	head.writeUInt16BE(payload.length, 2);
	return Buffer.concat([head, payload]);
}

/** Cuts what a server sent into frames; a frame may come in several pieces. */
export class FrameReader {
	#rest: Buffer = Buffer.alloc(0);

	/** Calls `onFrame` for each frame that is now whole, in order. */
	read(chunk: Buffer, onFrame: (opcode: number, payload: Buffer) => void): void {
		let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		for (;;) {
			const size = frameSize(data);
			if (size === null || data.length < size.head + size.payload) break;
			const end = size.head + size.payload;
			onFrame((data[0] ?? 0) & OPCODE, data.subarray(size.head, end));
			data = data.subarray(end);
		}
		this.#rest = data;
	}
}

/** null while not even the length has arrived. A server's frames are not masked. */
function frameSize(data: Buffer): { readonly head: number; readonly payload: number } | null {
	if (data.length < 2) return null;
	const short = data[1] ?? 0;
	if (short < LENGTH_16) return { head: 2, payload: short };
	if (short === LENGTH_16)
		return data.length < 4 ? null : { head: 4, payload: data.readUInt16BE(2) };
	if (short !== LENGTH_64 || data.length < 10) return null;
	return { head: 10, payload: Number(data.readBigUInt64BE(2)) };
}
