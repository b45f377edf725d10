import { startListening } from "../servers/listening-server.js";
import { delayingSyncs, findStrace } from "../servers/strace.js";
import type { Peer } from "./peer.js";

const DELAY_MS = 60;
const MOVES = 10;
/** Longer than a delayed sync, so that none that belongs to a move before can hold up the next. */
const PAUSE_MS = 200;

/**
 * Whether an answer waits for the disk: every sync is made to take 60 ms, and the quickest of ten
 * lone answers is looked at. What a server answers sooner, a loss of power can take back. null
 * where strace cannot be used.
 */
export async function waitsForSync(peer: Peer, home: string): Promise<boolean | null> {
	if (findStrace() !== null) return null;
	const server = await startListening({ ...peer.command(home), under: delayingSyncs(DELAY_MS) });
	try {
		const player = await peer.join(server.url);
		let quickestMs = Number.POSITIVE_INFINITY;
		for (let move = 0; move < MOVES; move += 1) {
			await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
			const sentAtMs = performance.now();
			await player.move();
			quickestMs = Math.min(quickestMs, performance.now() - sentAtMs);
		}
		player.close();
		return quickestMs >= DELAY_MS;
	} finally {
		await server.kill();
	}
}
