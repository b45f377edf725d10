import type { ClientEvents, Clock, SavepointClient, StartOptions } from "@savepoint/client";
import { memoryStorage } from "@savepoint/client";
import { WebSocket } from "ws";
import type { FakeServer } from "./fake-server.js";

/** Waits for a retry are a twentieth; time limits, which are 3 seconds and more, are kept. */
export const quickClock: Clock = {
	now: () => Date.now(),
	after(delayMs, run) {
		const timer = setTimeout(run, delayMs >= 3_000 ? delayMs : delayMs / 20);
		return () => clearTimeout(timer);
	},
};

export function optionsFor(server: FakeServer, over: Partial<StartOptions> = {}): StartOptions {
	return {
		baseUrl: server.url,
		storage: memoryStorage(),
		WebSocket,
		clock: quickClock,
		...over,
	};
}

/** The next event of the name for which `when` holds. */
export function next<Name extends keyof ClientEvents>(
	client: SavepointClient,
	name: Name,
	when: (event: ClientEvents[Name]) => boolean = () => true,
): Promise<ClientEvents[Name]> {
	return new Promise((resolve) => {
		const off = client.on(name, (event) => {
			if (!when(event)) return;
			off();
			resolve(event);
		});
	});
}

/**
 * Looks again after every turn of the event loop; the test's time limit is the end of its
 * patience.
 */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Plays a spawn of this number and returns its move id. */
export const spawn = (client: SavepointClient, number: number): string =>
	client.play({ type: "spawn", artifactId: `a${number}`, x: 100, y: 210 }, number * 10);
