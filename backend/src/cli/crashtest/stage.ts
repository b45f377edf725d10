import type { Random } from "../play/bot-random.js";
import type { HttpCaller } from "./http-call.js";
import type { ImpatientClock } from "./impatient-clock.js";
import type { LedgerWriter } from "./ledger-writer.js";
import type { ServerRing } from "./server-ring.js";

/** What a player plays with; ledger and clock are those of all players of its process. */
export interface Stage {
	/** The servers, which it changes at every call where there are several. */
	readonly ring: ServerRing;
	readonly ledger: LedgerWriter;
	readonly clock: ImpatientClock;
	readonly http: HttpCaller;
	/** True once the players are to finish. */
	isOver(): boolean;
	/** An answer that no kill explains. */
	unexpected(sentence: string): void;
}

/** Long enough that no session of a test goes stale. */
export const SESSION_SECONDS = 600;

/** A whole number from `min` to `max`, both included. */
export const between = (random: Random, min: number, max: number): number =>
	min + Math.floor(random() * (max - min + 1));

export const oneOf = <T>(random: Random, list: readonly [T, ...T[]]): T =>
	list[Math.floor(random() * list.length)] ?? list[0];
