import { rawConnection, rawRequest } from "../../support/raw-http.js";

/** An answer as it went over the wire. */
export interface Said {
	readonly status: number;
	readonly head: string;
	readonly body: string;
	/** Of an error. */
	readonly code: string | null;
}

export function readAnswer(text: string): Said {
	const [head = "", ...rest] = text.split("\r\n\r\n");
	const body = rest.join("\r\n\r\n");
	return {
		status: Number(head.split(" ")[1]),
		head,
		body,
		code: /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? null,
	};
}

/** Sends bytes as they are; the answer once the server has closed the connection. */
export const ask = async (port: number, text: string): Promise<Said> =>
	readAnswer(await rawRequest(port, text));

/** A POST whose body is not JSON by our doing, or not text at all. */
export async function post(port: number, path: string, body: string | Buffer): Promise<Said> {
	const { socket, closed } = await rawConnection(port);
	const length = `Content-Length: ${Buffer.byteLength(body)}`;
	socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${length}\r\n\r\n`);
	socket.write(body);
	return readAnswer(await closed);
}
