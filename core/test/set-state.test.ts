// Goal: a state that is set is the state that moves would have led to. Method: random moves lead to
// a state; it is set over another one, and everything that is counted must agree.
import {
	applyMove,
	newSession,
	recomputeHashLanes,
	remainingArtifacts,
	scoreOf,
	setState,
	snapshotOf,
	stateHash,
} from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moveSequences } from "./support/moves.js";

const played = (moves: readonly Parameters<typeof applyMove>[1][]) => {
	const state = newSession(7, 60_000);
	for (const move of moves) applyMove(state, move);
	return state;
};

describe("a state that is set", () => {
	it("[Y3] is the one that moves led to, whatever was there before", () => {
		fc.assert(
			fc.property(moveSequences, moveSequences, (wanted, before) => {
				const from = played(wanted);
				const to = played(before);
				setState(to, snapshotOf(from));
				expect(stateHash(to)).toBe(stateHash(from));
				expect(scoreOf(to)).toBe(scoreOf(from));
				expect(remainingArtifacts(to)).toBe(remainingArtifacts(from));
				expect(to.hashLanes).toEqual(recomputeHashLanes(to));
			}),
		);
	});

	it("[Y3] goes its own way afterwards", () => {
		const from = played([{ type: "spawn", artifactId: "a", xFixed: 1, yFixed: 2 }]);
		const snapshot = snapshotOf(from);
		const to = newSession(7, 60_000);
		setState(to, snapshot);
		applyMove(to, { type: "deposit", artifactId: "a" });
		expect(from.artifacts.get("a")?.status).toBe("inAir");
		expect(snapshot.artifacts[0]?.status).toBe("inAir");
	});

	it("[Y3] is refused whole when no moves could lead to it", () => {
		const state = played([{ type: "spawn", artifactId: "a", xFixed: 1, yFixed: 2 }]);
		const hash = stateHash(state);
		const artifact = { id: "b", index: 0, xFixed: 0, yFixed: 0, status: "ground" } as const;
		const wrong = [
			[{ ...artifact, index: 1 }],
			[artifact, { ...artifact, index: 1 }],
			Array.from({ length: 501 }, (_, index) => ({ ...artifact, id: `b${index}`, index })),
		];
		for (const artifacts of wrong)
			expect(() => setState(state, { artifacts, result: null })).toThrow(RangeError);
		expect(stateHash(state)).toBe(hash);
	});
});
