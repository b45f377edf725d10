import { systemClock } from "./clock.js";
import { HttpTransport } from "./http-transport.js";
import type { ClientStorage } from "./storage.js";
import type { ClientOptions, Clock, SocketConstructor } from "./types.js";

const STORAGE_KEY_DEFAULT = "savepoint:session";
const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The options with every default filled in. */
export interface Setup {
	readonly storage: ClientStorage;
	readonly storageKey: string;
	readonly http: HttpTransport;
	readonly WebSocket: SocketConstructor | null;
	readonly clock: Clock;
	readonly random: () => number;
	readonly onAway: ClientOptions["onAway"];
	readonly signal: AbortSignal | undefined;
	randomText(length: number): string;
	/** The path as a `ws:` or `wss:` URL. */
	liveUrl(path: string): string;
}

/** Throws a TypeError for a base URL that is none. */
export function setUp(options: ClientOptions): Setup {
	const clock = options.clock ?? systemClock;
	const random = options.random ?? Math.random;
	// Called through the global each time, and never as somebody's method, which browsers refuse.
	const fetchFunction = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
	const base = new URL(options.baseUrl);
	return {
		storage: options.storage,
		storageKey: options.storageKey ?? STORAGE_KEY_DEFAULT,
		http: new HttpTransport(base.href, fetchFunction, clock),
		WebSocket: options.WebSocket === undefined ? globalWebSocket() : options.WebSocket,
		clock,
		random,
		onAway: options.onAway,
		signal: options.signal,
		randomText: (length) =>
			Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(""),
		liveUrl(path) {
			const url = new URL(path, base);
			url.protocol = base.protocol === "https:" ? "wss:" : "ws:";
			return url.href;
		},
	};
}

/** Node has none before its version 22. */
function globalWebSocket(): SocketConstructor | null {
	return typeof globalThis.WebSocket === "function" ? globalThis.WebSocket : null;
}
