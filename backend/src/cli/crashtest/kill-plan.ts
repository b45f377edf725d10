/** When the server of one cycle is killed. */
export type Kill =
	/** While it starts: it may not even have opened its database. */
	| { readonly when: "starting"; readonly share: number }
	/** This time after the server is ready, whatever happens then. */
	| { readonly when: "playing"; readonly uptimeMs: number }
	/**
	 * This time after the first acknowledgement of the new start, right behind a further one: more
	 * are surely on their way.
	 */
	| { readonly when: "acknowledging"; readonly uptimeMs: number; readonly behindMs: number };

export interface UptimeRange {
	readonly minMs: number;
	readonly maxMs: number;
}

const STARTING_SHARE = 0.12;
/**
 * Before this share of a start only code is loaded; at the end of it some starts are just ready.
 */
const START_SHARE = { min: 0.4, max: 1.1 };
const ACKNOWLEDGING_SHARE = 0.5;
const BEHIND_MS_MAX = 4;

/** Draws the next kill. `share` of a starting kill: of the time that a start takes. */
export function drawKill(random: () => number, { minMs, maxMs }: UptimeRange): Kill {
	const kind = random();
	if (kind < STARTING_SHARE) {
		const { min, max } = START_SHARE;
		return { when: "starting", share: min + (max - min) * random() };
	}
	const uptimeMs = Math.round(minMs + (maxMs - minMs) * random());
	if (kind >= STARTING_SHARE + ACKNOWLEDGING_SHARE) return { when: "playing", uptimeMs };
	return { when: "acknowledging", uptimeMs, behindMs: BEHIND_MS_MAX * random() };
}
