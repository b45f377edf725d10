import { connect, type Socket } from "node:net";

export interface RawAnswer {
	readonly status: number;
	readonly headers: ReadonlyMap<string, string>;
	readonly body: string;
}

/** What came of one request. `stuck`: neither an answer nor an end of the connection in time. */
export interface Outcome {
	readonly answers: readonly RawAnswer[];
	readonly stuck: boolean;
	/** The client waited a while and then closed its half: the server may take that for a goodbye. */
	readonly wentAway: boolean;
	/** Bytes after the last whole answer. */
	readonly rest: string;
}

/** Far longer than any answer may take, on a machine that is busy with other tests. */
const STUCK_MS = 20_000;
/** A request that does not end where it says is waited for until then; what is whole is faster. */
const PATIENCE_MS = 700;

/** Sends bytes as they are and reads answers, one request at a time. */
export class RawClient {
	readonly #port: number;
	#socket: Socket | null = null;
	constructor(port: number) {
		this.#port = port;
	}

	/** Over a connection that is kept. */
	async ask(bytes: Buffer, head: boolean): Promise<Outcome> {
		const kept = this.#socket?.destroyed === false ? this.#socket : null;
		const socket = kept ?? open(this.#port);
		this.#socket = null;
		const outcome = await exchange(socket, bytes, { head, untilClosed: false });
		const [answer] = outcome.answers;
		if (answer !== undefined && answer.headers.get("connection") !== "close" && !outcome.stuck)
			this.#socket = socket;
		else socket.destroy();
		// It may have been closed, rightly, just when the request left.
		if (kept !== null && answer === undefined && !outcome.stuck) return this.ask(bytes, head);
		return outcome;
	}

	/** Over a connection of its own, which ends with the request; answers until it is closed. */
	async askOnce(bytes: Buffer, head: boolean): Promise<Outcome> {
		const socket = open(this.#port);
		const outcome = await exchange(socket, bytes, { head, untilClosed: true });
		socket.destroy();
		return outcome;
	}

	close(): void {
		this.#socket?.destroy();
	}
}

function open(port: number): Socket {
	const socket = connect({ port, host: "127.0.0.1", noDelay: true });
	socket.setEncoding("latin1").on("error", () => {});
	return socket;
}

function exchange(
	socket: Socket,
	bytes: Buffer,
	{ head, untilClosed }: { head: boolean; untilClosed: boolean },
): Promise<Outcome> {
	return new Promise((resolve) => {
		const answers: RawAnswer[] = [];
		let rest = "";
		let wentAway = false;
		const leave = setTimeout(
			() => {
				wentAway = true;
				socket.end();
			},
			untilClosed ? PATIENCE_MS : 2 * STUCK_MS,
		);
		const settle = (stuck: boolean) => {
			clearTimeout(timer);
			clearTimeout(leave);
			socket.removeAllListeners("data").removeAllListeners("close");
			resolve({ answers, stuck, wentAway, rest });
		};
		const timer = setTimeout(() => settle(true), STUCK_MS);
		socket.on("close", () => settle(false));
		socket.on("data", (text: string) => {
			rest += text;
			for (let next = take(rest, head); next !== null; next = take(rest, head)) {
				rest = rest.slice(next.length);
				if (next.answer.status >= 200 || next.answer.status === 101) answers.push(next.answer);
			}
			if (answers.length === 0) return;
			if (untilClosed) socket.end();
			else settle(false);
		});
		socket.write(bytes);
	});
}

/** The first whole answer of a text, if there is one. */
function take(text: string, head: boolean): { answer: RawAnswer; length: number } | null {
	const top = text.indexOf("\r\n\r\n");
	if (top < 0) return null;
	const [first = "", ...lines] = text.slice(0, top).split("\r\n");
	const status = Number(first.split(" ")[1]);
	const headers = new Map(
		lines.map((line) => {
			const colon = line.indexOf(":");
			return [
				line.slice(0, colon).toLowerCase(),
				line
					.slice(colon + 1)
					.trim()
					.toLowerCase(),
			];
		}),
	);
	const start = top + 4;
	const bodiless = head || status < 200 || status === 204 || status === 304;
	if (bodiless) return { answer: { status, headers, body: "" }, length: start };
	if (headers.get("transfer-encoding") === "chunked")
		return takeChunked(text, start, { status, headers });
	const end = start + Number(headers.get("content-length"));
	if (!(text.length >= end)) return null;
	return { answer: { status, headers, body: utf8(text.slice(start, end)) }, length: end };
}

function takeChunked(text: string, start: number, top: Pick<RawAnswer, "status" | "headers">) {
	let body = "";
	for (let at = start; ; ) {
		const line = text.indexOf("\r\n", at);
		if (line < 0) return null;
		const size = Number.parseInt(text.slice(at, line), 16);
		const end = line + 2 + size + 2;
		if (text.length < end) return null;
		if (size === 0) return { answer: { ...top, body: utf8(body) }, length: end };
		body += text.slice(line + 2, end - 2);
		at = end;
	}
}

const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");
