import { countOf, type Finding } from "./findings.js";

/** What a whole crash test found. */
export interface CrashReport {
	/**
	 * Something was acknowledged, all of it is there exactly once, and nothing went wrong on the
	 * way.
	 */
	readonly ok: boolean;
	/** Answers of the server that said "this is saved". */
	readonly acknowledged: number;
	readonly lost: number;
	readonly duplicated: number;
	readonly drift: number;
	/** Kills that were done. */
	readonly kills: number;
	readonly seed: number;
	readonly seconds: number;
	readonly findings: readonly Finding[];
	/**
	 * Why the test could not be finished, or what went wrong beside the counts; null on a good day.
	 */
	readonly failure: string | null;
	/** What makes the proof weaker, one sentence each. */
	readonly warnings: readonly string[];
	/** Where database, ledger and logs are; null when they were removed. */
	readonly evidence: {
		readonly database: string;
		readonly ledger: string;
		readonly logs: string;
	} | null;
}

/** The report as a whole follows from what was found. */
export function summarise(
	facts: Pick<CrashReport, "acknowledged" | "findings" | "failure">,
): Pick<
	CrashReport,
	"ok" | "acknowledged" | "lost" | "duplicated" | "drift" | "findings" | "failure"
> {
	const { acknowledged, findings } = facts;
	const nothing =
		acknowledged === 0 ? "The server acknowledged nothing, so nothing was proven." : null;
	const failure = facts.failure ?? nothing;
	return {
		ok: failure === null && findings.length === 0,
		acknowledged,
		lost: countOf(findings, "lost"),
		duplicated: countOf(findings, "duplicated"),
		drift: countOf(findings, "drifted"),
		findings,
		failure,
	};
}
