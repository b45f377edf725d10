/** HTTP messages and frames of live connections, put together from what single calls carried. */

export interface Message {
	/** The request line or status line; empty for a frame. */
	readonly firstLine: string;
	readonly head: string;
	readonly body: string;
	/** Marks of the calls that brought its first and its last byte. */
	readonly beganAt: number;
	readonly completeAt: number;
}

/** One direction of one connection. Becomes a stream of frames after `upgrade`. */
export class MessageStream {
	#bytes = "";
	/** Where in `#bytes` what a call brought begins, and that call's mark. */
	#marks: { from: number; mark: number }[] = [];
	#isUpgraded = false;

	/** What comes now is frames. */
	upgrade(): void {
		this.#isUpgraded = true;
	}

	/** Takes what one call carried; returns the messages that are whole now. */
	push(bytes: string, mark: number): Message[] {
		this.#marks.push({ from: this.#bytes.length, mark });
		this.#bytes += bytes;
		const whole: Message[] = [];
		for (;;) {
			const parsed = this.#isUpgraded ? parseFrame(this.#bytes) : parseHttp(this.#bytes);
			if (parsed === null) return whole;
			const { length, ...message } = parsed;
			const beganAt = this.#marks[0]?.mark ?? mark;
			whole.push({ ...message, beganAt, completeAt: mark });
			this.#drop(length);
			if (/^HTTP\/1.1 101 /.test(message.firstLine)) this.upgrade();
		}
	}

	#drop(length: number): void {
		this.#bytes = this.#bytes.slice(length);
		this.#marks = this.#marks.map(({ from, mark }) => ({ from: from - length, mark }));
		if (this.#bytes === "") this.#marks = [];
		while ((this.#marks[1]?.from ?? 1) <= 0) this.#marks.shift();
	}
}

interface Parsed {
	readonly firstLine: string;
	readonly head: string;
	readonly body: string;
	readonly length: number;
}

function parseHttp(bytes: string): Parsed | null {
	const end = bytes.indexOf("\r\n\r\n");
	if (end < 0) return null;
	const head = bytes.slice(0, end);
	const from = end + 4;
	const length = from + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
	if (bytes.length < length) return null;
	const firstLine = head.slice(0, head.indexOf("\r\n"));
	return { firstLine, head, body: bytes.slice(from, length), length };
}

function parseFrame(bytes: string): Parsed | null {
	const byte = (at: number): number => bytes.charCodeAt(at);
	if (bytes.length < 2) return null;
	const isMasked = byte(1) >= 0x80;
	const short = byte(1) & 0x7f;
	const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
	const from = 2 + extra + (isMasked ? 4 : 0);
	if (bytes.length < from) return null;
	let size = extra === 0 ? short : 0;
	for (let at = 2; at < 2 + extra; at += 1) size = size * 256 + byte(at);
	if (bytes.length < from + size) return null;
	const raw = bytes.slice(from, from + size);
	const body = isMasked
		? Array.from(raw, (character, at) =>
				String.fromCharCode(character.charCodeAt(0) ^ byte(from - 4 + (at % 4))),
			).join("")
		: raw;
	return { firstLine: "", head: "", body, length: from + size };
}
