import { once } from "node:events";
import { connect, type Socket } from "node:net";

/**
 * A TCP connection to a server that may be told anything; `answer` is all that came back until it
 * closed.
 */
export async function rawConnection(port: number) {
	const socket: Socket = connect(port, "127.0.0.1");
	let answer = "";
	socket.setEncoding("latin1").on("data", (text: string) => {
		answer += text;
	});
	socket.on("error", () => {});
	await once(socket, "connect");
	const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(answer)));
	return { socket, closed };
}

/** Sends the text and resolves with the answer once the server has closed the connection. */
export async function rawRequest(port: number, text: string): Promise<string> {
	const { socket, closed } = await rawConnection(port);
	socket.write(text);
	return closed;
}
