import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect } from "vitest";
import { startAbused } from "./abused-server.js";

const AT_ONCE = 1_000;
/** About what the kernel's and Node's side of a connection take, with room. */
const BYTES_PER_CONNECTION_MAX = 16 * 1024;
const BYTES_ANYWAY_MAX = 32 * 2 ** 20;

export async function openMany(port: number, count: number): Promise<Socket[]> {
	const sockets: Socket[] = [];
	while (sockets.length < count) {
		const next = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, async () => {
			const socket = connect(port, "127.0.0.1");
			socket.on("error", () => {});
			await Promise.race([once(socket, "connect"), once(socket, "close")]);
			return socket;
		});
		sockets.push(...(await Promise.all(next)));
	}
	return sockets;
}

/** So many connections that say nothing: others are served meanwhile, and they are told to go. */
export async function expectIdleConnectionsAreHarmless(count: number): Promise<void> {
	const server = await startAbused({ env: { SAVEPOINT_REQUEST_TIMEOUT_SECONDS: "20" } });
	const before = await server.read();
	const idle = await openMany(server.port, count);
	const goodbyes = idle.map((socket) => endOf(socket));
	const during = await server.read();
	expect(during.rssBytes - before.rssBytes).toBeLessThan(
		BYTES_ANYWAY_MAX + count * BYTES_PER_CONNECTION_MAX,
	);
	expect(await server.http.call("POST", "/api/sessions")).toMatchObject({ status: 201 });
	const words = await Promise.all(goodbyes);
	expect(words.filter((text) => text.includes("REQUEST_TIMEOUT"))).toHaveLength(count);
	await server.expectUnharmed();
}

/** All that it hears until it is closed. */
function endOf(socket: Socket): Promise<string> {
	let heard = "";
	socket.on("data", (part) => {
		heard += String(part);
	});
	return new Promise((resolve) => socket.once("close", () => resolve(heard)));
}
