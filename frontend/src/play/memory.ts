import { type PlayWorld, readWorld } from "@savepoint/core";

const KEY = "before-dawn:world";

/**
 * What this browser remembers of the game beyond what is stored on the server: where the player
 * stood, which stones are broken. Written often and lost without harm.
 */
export interface WorldMemory {
	read(sessionId: string): PlayWorld | null;
	write(sessionId: string, world: PlayWorld): void;
}

export function worldMemory(storage: Storage): WorldMemory {
	return {
		read(sessionId) {
			try {
				const text = storage.getItem(KEY);
				const prefix = `${sessionId}\n`;
				return text?.startsWith(prefix) ? readWorld(text.slice(prefix.length)) : null;
			} catch {
				return null;
			}
		},
		write(sessionId, world) {
			try {
				storage.setItem(KEY, `${sessionId}\n${JSON.stringify(world)}`);
			} catch {
				// The game goes on; after a reload the player stands at the start again.
			}
		},
	};
}
