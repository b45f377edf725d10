/** One line of what `/metrics` answers. */
export interface MetricLine {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const numberOf = (text: string): number =>
	text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);

/** The text format of Prometheus; comments and lines that say nothing are left out. */
export const parseMetrics = (text: string): MetricLine[] =>
	text.split("\n").flatMap((line) => {
		const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
		if (name === undefined || Number.isNaN(numberOf(value))) return [];
		const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text] as const);
		return [{ name, labels: Object.fromEntries(pairs), value: numberOf(value) }];
	});

/** Counts of a histogram by the upper bound of their bucket, each with all the smaller ones. */
export type Buckets = ReadonlyMap<number, number>;

export const bucketsOf = (lines: readonly MetricLine[], name: string): Buckets =>
	new Map(
		lines
			.filter((line) => line.name === `${name}_bucket` && line.labels["le"] !== undefined)
			.map((line) => [numberOf(line.labels["le"] ?? ""), line.value]),
	);

/**
 * The upper bound of the bucket that holds this share of what came in between two looks; null when
 * nothing did, or when it lies beyond the last bound.
 */
export function quantileBetween(before: Buckets, now: Buckets, share: number): number | null {
	const grown = [...now]
		.map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
		.sort((a, b) => a.bound - b.bound);
	const total = grown.at(-1)?.count ?? 0;
	if (total === 0) return null;
	const bound = grown.find(({ count }) => count >= share * total)?.bound ?? null;
	return bound === Number.POSITIVE_INFINITY ? null : bound;
}
