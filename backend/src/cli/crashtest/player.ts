import { randomFrom } from "../play/bot-random.js";
import { playThroughClient } from "./client-player.js";
import { HttpCaller } from "./http-call.js";
import { ImpatientClock } from "./impatient-clock.js";
import { LedgerWriter } from "./ledger-writer.js";
import type { FromPlayers, PlayerOrders, ToPlayers } from "./player-messages.js";
import { ServerRing } from "./server-ring.js";
import { playSingleCalls } from "./single-player.js";
import type { Stage } from "./stage.js";

/**
 * The process of the players: it is never killed, and what it was told stands in its ledger. It
 * takes its orders from the process that forked it and ends when that one is gone.
 */

/** Player number n plays this way; with every further six it starts again. */
const WAYS = ["live", "single", "live", "single", "http", "live"] as const;
const CONNECTIONS_FOR_EACH = 8;

const clock = new ImpatientClock();
let isOver = false;

process.on("message", (message: ToPlayers) => {
	switch (message.type) {
		case "play":
			void playUntilStopped(message.orders);
			return;
		case "up":
			clock.wake();
			return;
		case "stop":
			isOver = true;
			clock.wake();
			return;
	}
});
process.on("disconnect", () => process.exit(1));

/** A rejection ends the process, which its parent notices. */
async function playUntilStopped(orders: PlayerOrders): Promise<void> {
	const ledger = await LedgerWriter.create(orders.ledgerPath, (count) =>
		tell({ type: "acknowledged", count }),
	);
	const numbers = Array.from({ length: orders.players }, (_, index) => index);
	await Promise.all(numbers.map((index) => playOne(orders, ledger, index)));
	await ledger.close();
	process.send?.({ type: "stopped" } satisfies FromPlayers, () => process.exit(0));
}

async function playOne(orders: PlayerOrders, ledger: LedgerWriter, index: number): Promise<void> {
	const ring = new ServerRing(orders.urls, index);
	const http = new HttpCaller(ring, CONNECTIONS_FOR_EACH);
	const stage: Stage = {
		ring,
		ledger,
		clock,
		http,
		isOver: () => isOver,
		unexpected: (sentence) => tell({ type: "unexpected", sentence }),
	};
	const random = randomFrom(orders.seed + index);
	const way = WAYS[index % WAYS.length] ?? "live";
	await (way === "single"
		? playSingleCalls(stage, random)
		: playThroughClient(stage, { way, random }));
	http.close();
}

function tell(message: FromPlayers): void {
	process.send?.(message);
}
