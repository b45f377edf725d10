/**
 * One broken promise.
 *
 * - `lost`: the server said that it was saved, and it is not there, or is there as something else.
 * - `duplicated`: there more than once.
 * - `drifted`: a counter, a checksum or a log that does not agree with the rest.
 */
export interface Finding {
	readonly kind: "lost" | "duplicated" | "drifted";
	/** null: it is about the service as a whole. */
	readonly session: string | null;
	/**
	 * The move's id, or "#7" for the seventh entry of the log; null: about the session as a whole.
	 */
	readonly move: string | null;
	/** Line of the ledger that has the acknowledgement, from 1. */
	readonly ledgerLine: number | null;
	/** What was promised, and what the server has. */
	readonly sentence: string;
}

export const countOf = (findings: readonly Finding[], kind: Finding["kind"]): number =>
	findings.filter((finding) => finding.kind === kind).length;
