import { median } from "./statistics.js";

/** One line of the table: what the project promises, and what this machine measured. */
export interface Figure {
	readonly name: string;
	/** Behind the number: "", " ms", "/s", " bytes". */
	readonly unit: string;
	readonly must: number;
	readonly aim: number;
	readonly better: "more" | "less";
	/** Of each round, in order; empty when it was not measured. */
	readonly rounds: readonly number[];
	/** What a reader must know of this number, or why there is none. */
	readonly note: string;
}

export type Verdict = "reaches the aim" | "passes" | "FALLS SHORT" | "not measured";

/** The median of the rounds; null when there were none. */
export const measuredOf = ({ rounds }: Figure): number | null =>
	rounds.length === 0 ? null : median(rounds);

export function verdictOf(figure: Figure): Verdict {
	const measured = measuredOf(figure);
	if (measured === null) return "not measured";
	const reaches = (bound: number) =>
		figure.better === "more" ? measured >= bound : measured <= bound;
	if (reaches(figure.aim)) return "reaches the aim";
	return reaches(figure.must) ? "passes" : "FALLS SHORT";
}

/** A number as a person reads it: thousands apart, and no more digits than mean something. */
export function formatNumber(value: number): string {
	const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
	return value.toLocaleString("en-US", {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	});
}
