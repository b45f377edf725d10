import type { Figure } from "../report/figure.js";

export interface BenchContext {
	/** Alternating rounds of each server. */
	readonly runs: number;
	readonly seconds: number;
	readonly connections: number;
	readonly sessions: number;
	/** Where the databases are made: a disk that really syncs. */
	readonly directory: string;
	/** A database with many sessions; where none is given, one is seeded. */
	readonly million: string | null;
	/** How many sessions to seed. */
	readonly scale: number;
	/** One line for whoever waits. */
	say(line: string): void;
}

/** What is expected of a figure, before it was measured. */
export type FigureShape = Omit<Figure, "rounds" | "note">;

/** One experiment; it may yield several figures of the table. */
export interface Scenario {
	readonly name: string;
	readonly figures: readonly FigureShape[];
	/** Why it cannot run on this machine; null when it can. */
	lacks(): string | null;
	/** Figures in the order of `figures`. Rejects when anything went wrong: no half a number. */
	run(context: BenchContext): Promise<readonly Measured[]>;
}

export interface Measured {
	/** Of each round. */
	readonly rounds: readonly number[];
	readonly note?: string;
}

/** For scenarios that need nothing but Node. */
export const NOTHING_LACKS = (): null => null;

/** Runs every variant once in each round; results by variant, in the order of the rounds. */
export async function alternate<V extends string, T>(
	runs: number,
	variants: readonly V[],
	measure: (variant: V, round: number) => Promise<T>,
): Promise<Record<V, T[]>> {
	const results = Object.fromEntries(variants.map((variant) => [variant, [] as T[]]));
	for (let round = 1; round <= runs; round += 1)
		for (const variant of variants) results[variant]?.push(await measure(variant, round));
	return results as Record<V, T[]>;
}
