import type { FetchFunction, SocketConstructor } from "@savepoint/client";
import { WebSocket } from "ws";
import type { Random } from "../play/bot-random.js";
import type { ServerRing } from "./server-ring.js";
import { between } from "./stage.js";

/** After an answer the connection lives on so long at most: some are cut with a batch under way. */
const CUT_MS_MAX = 3;

/** Each call goes to the next server. */
export const hoppingFetch =
	(ring: ServerRing): FetchFunction =>
	(url, init) =>
		globalThis.fetch(ring.hop(url), init);

/**
 * Each connection is made to the next server, and cut without a word soon after its first answer:
 * the client goes on elsewhere, and sends again there what was under way.
 */
export function hoppingSocket(ring: ServerRing, random: Random): SocketConstructor {
	return class HoppingSocket extends WebSocket {
		constructor(url: string) {
			super(ring.hop(url));
			let isCut = false;
			this.on("message", (data) => {
				if (isCut || !String(data).includes('"receipts"')) return;
				isCut = true;
				setTimeout(() => this.terminate(), between(random, 0, CUT_MS_MAX));
			});
		}
	};
}
