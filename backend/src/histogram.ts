/**
 * Counts of values by size, cheap enough for the commit path: a few comparisons, no object. Read by
 * whoever shows it.
 */
export class Histogram {
	/** Upper bounds, both sorted and included; what is larger than all of them counts as well. */
	readonly bounds: readonly number[];
	/** One more than bounds; each value in the first place that holds it. */
	readonly counts: number[];
	sum = 0;

	constructor(bounds: readonly number[]) {
		this.bounds = bounds;
		this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
	}

	observe(value: number): void {
		let at = 0;
		while (at < this.bounds.length && value > (this.bounds[at] as number)) at += 1;
		this.counts[at] = (this.counts[at] as number) + 1;
		this.sum += value;
	}
}
