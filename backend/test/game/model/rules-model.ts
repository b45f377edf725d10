import type { LoggedMove, Session } from "@savepoint/core";

/** The rules once more, in ten lines and by other means: what a log must have led to. */
export interface Outcome {
	/** Of each artifact, in the words of the contract. */
	readonly artifacts: ReadonlyMap<string, string>;
	readonly result: Session["result"];
	/** Entries that the rules of these ten lines would have decided otherwise. */
	readonly misjudged: readonly number[];
}

export function outcomeOf(log: readonly LoggedMove[]): Outcome {
	const artifacts = new Map<string, string>();
	const misjudged: number[] = [];
	let result: Session["result"] = null;
	for (const { seq, type, artifactId = "", status = "", applied, ...move } of log) {
		const before = artifacts.get(artifactId);
		const isFree =
			type === "spawn" ? before === undefined : (before ?? "deposited") !== "deposited";
		if (applied !== (result === null && (type === "end" || isFree))) misjudged.push(seq);
		if (!applied) continue;
		if (type === "spawn") artifacts.set(artifactId, "inAir");
		else if (type === "deposit") artifacts.set(artifactId, "deposited");
		else if (type === "artifact-status") artifacts.set(artifactId, status);
		else result = resultOf(move.result ?? null, [...artifacts.values()]);
	}
	return { artifacts, result, misjudged };
}

/** `won` needs a deposit and nothing left. */
const resultOf = (claim: string | null, statuses: readonly string[]): Session["result"] => {
	if (claim === null) return "abandoned";
	const isCleared = statuses.length > 0 && statuses.every((status) => status === "deposited");
	return claim === "won" && isCleared ? "won" : "lost";
};
