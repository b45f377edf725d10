import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that stays ours while the server is down. It lies below the range from which systems
 * take the ports of outgoing connections: one of those could otherwise take it, or a player who
 * knocks at the closed door connect to itself.
 */
const LOWEST = 20_000;
const HIGHEST = 30_000;
const TRIES_MAX = 100;

/** A free loopback port. Throws an Error when a hundred in a row are taken. */
export async function findFreePort(): Promise<number> {
	for (let tries = 0; tries < TRIES_MAX; tries += 1) {
		const port = randomInt(LOWEST, HIGHEST);
		if (await isFree(port)) return port;
	}
	throw new Error("No free loopback port was found.");
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
	} catch {
		return false;
	}
	server.close();
	await once(server, "close");
	return true;
}
