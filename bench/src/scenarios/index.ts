import { afterKill } from "./after-kill.js";
import { bytesAtRest } from "./bytes-at-rest.js";
import { bytesWritten } from "./bytes-written.js";
import { creates } from "./creates.js";
import { delayedSyncs } from "./delayed-syncs.js";
import { million } from "./million.js";
import { postgres } from "./postgres.js";
import type { Scenario } from "./scenario.js";
import { singleCalls } from "./single-calls.js";
import { socketMoves } from "./socket-moves.js";

/** In the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
	singleCalls,
	delayedSyncs,
	creates,
	socketMoves,
	million,
	afterKill,
	bytesWritten,
	bytesAtRest,
	postgres,
];
