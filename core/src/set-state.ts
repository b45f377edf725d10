import { ARTIFACTS_PER_SESSION_MAX } from "./limits.js";
import type { Artifact, SessionResult, SessionState } from "./session-state.js";
import { addToLanes } from "./state-hash.js";

/** All of a session's state that moves can change. */
export interface StateSnapshot {
	/** In spawn order. */
	readonly artifacts: readonly Readonly<Artifact>[];
	readonly result: SessionResult | null;
}

/**
 * Puts a state in the place of another, whatever either is: what a restored session's log entry
 * does. Throws a RangeError, and changes nothing, for artifacts that no moves could have led to.
 */
export function setState(state: SessionState, to: StateSnapshot): void {
	if (to.artifacts.length > ARTIFACTS_PER_SESSION_MAX) throw new RangeError("Too many artifacts.");
	if (to.artifacts.some(({ index }, at) => index !== at))
		throw new RangeError("Artifacts are not in the order of their spawn.");
	if (new Set(to.artifacts.map(({ id }) => id)).size !== to.artifacts.length)
		throw new RangeError("Two artifacts have the same id.");
	state.artifacts.clear();
	state.hashLanes[0] = 0;
	state.hashLanes[1] = 0;
	state.groundCount = 0;
	state.depositedCount = 0;
	for (const from of to.artifacts) {
		const artifact: Artifact = { ...from };
		state.artifacts.set(artifact.id, artifact);
		if (artifact.status === "ground") state.groundCount += 1;
		if (artifact.status === "deposited") state.depositedCount += 1;
		addToLanes(state.hashLanes, artifact);
	}
	state.result = to.result;
}

/** A copy that later moves do not change. */
export const snapshotOf = (state: SessionState): StateSnapshot => ({
	artifacts: Array.from(state.artifacts.values(), (artifact) => ({ ...artifact })),
	result: state.result,
});
