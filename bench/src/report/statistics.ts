/** The value below which `percent` of the values lie; 0 when there are none. */
export function percentile(values: readonly number[], percent: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

/** Of an even number of values the upper one: always a value that was measured. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/**
 * The ratios of each round. Rounds alternate between the servers, so a machine whose speed drifts
 * slows both sides of a ratio alike.
 */
export const ratios = <T>(
	ours: readonly T[],
	theirs: readonly T[],
	of: (run: T) => number,
): number[] =>
	ours.flatMap((run, round) => {
		const other = theirs[round];
		return other === undefined ? [] : [of(run) / of(other)];
	});
