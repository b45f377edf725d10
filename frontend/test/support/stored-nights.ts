import { botInput, courseOf, moveOf, newWorld, type Session, stepWorld } from "@savepoint/core";
import type { GameServer } from "./server.js";

const SECONDS = 10;

/** Plays one night for each name, without a browser, and puts them onto the list; takes 11 s. */
export async function playNights(server: GameServer, names: readonly string[]): Promise<void> {
	await Promise.all(names.map((name, nth) => playNight(server, name, nth)));
}

async function playNight(server: GameServer, playerTag: string, nth: number): Promise<void> {
	const session = await server.post<Session>("/api/sessions", {
		requestedDurationSeconds: SECONDS,
	});
	const endsAtMs = Date.now() + SECONDS * 1000;
	const course = courseOf(session.seed, SECONDS * 1000);
	const world = newWorld(course);
	const moves = [];
	// The later ones look up from time to time only.
	const lookEveryMs = 8 + nth * 32;
	let input = botInput(course, world);
	while (world.result === null) {
		if (world.timeMs % lookEveryMs === 0) input = botInput(course, world);
		for (const event of stepWorld(course, world, input)) {
			const move = moveOf(event);
			if (move !== null) moves.push({ ...move, id: `m-${moves.length}`, atMs: event.atMs });
		}
	}
	const path = `/api/sessions/${session.sessionId}/moves`;
	await server.post(path, { moves: moves.slice(0, -1) });
	// A night counts on the list when it ran its real time.
	await new Promise((resolve) => setTimeout(resolve, endsAtMs - Date.now() + 50));
	await server.post(path, { moves: moves.slice(-1) });
	await server.post("/api/high-scores", { sessionId: session.sessionId, playerTag });
}
