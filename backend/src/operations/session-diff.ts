import { type Artifact, remainingArtifacts, scoreOf, stateHash } from "@savepoint/core";
import type { SessionRecord } from "../storage/ports.js";

/** A session in two states, as an operator compares them. */
export interface SessionDiff {
	readonly sessionId: string;
	/** Where the other state is from: the name of a backup, or the entry of the session's own log. */
	readonly from: string;
	readonly here: SessionStanding;
	readonly there: SessionStanding;
	/** The entry of this log whose state `there` is; null: it is of another log. */
	readonly asOf: number | null;
	/** Moves made here that would no longer hold; they stay in the log. */
	readonly movesAfter: number;
	readonly artifacts: ArtifactChanges;
}

export interface SessionStanding {
	readonly seq: number;
	readonly result: string | null;
	readonly score: number;
	readonly remainingArtifacts: number;
	readonly artifacts: number;
	readonly stateHash: string;
}

/** What a restore would do to the artifacts. */
export interface ArtifactChanges {
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
}

export const standingOf = ({ seq, state }: SessionRecord): SessionStanding => ({
	seq,
	result: state.result,
	score: scoreOf(state),
	remainingArtifacts: remainingArtifacts(state),
	artifacts: state.artifacts.size,
	stateHash: stateHash(state),
});

export function diffOf(
	from: string,
	states: { readonly here: SessionRecord; readonly there: SessionRecord },
	asOf: number | null,
): SessionDiff {
	const { here, there } = states;
	return {
		sessionId: here.id,
		from,
		here: standingOf(here),
		there: standingOf(there),
		asOf,
		movesAfter: asOf === null ? here.seq : here.seq - asOf,
		artifacts: artifactChanges(here.state.artifacts, there.state.artifacts),
	};
}

function artifactChanges(
	here: ReadonlyMap<string, Artifact>,
	there: ReadonlyMap<string, Artifact>,
): ArtifactChanges {
	let [added, changed] = [0, 0];
	for (const [id, artifact] of there) {
		const other = here.get(id);
		if (other === undefined) added += 1;
		else if (!isSame(artifact, other)) changed += 1;
	}
	const removed = [...here.keys()].filter((id) => !there.has(id)).length;
	return { added, removed, changed };
}

const isSame = (a: Artifact, b: Artifact): boolean =>
	a.index === b.index && a.xFixed === b.xFixed && a.yFixed === b.yFixed && a.status === b.status;
