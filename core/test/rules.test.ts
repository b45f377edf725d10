import {
	ARTIFACT_STATUSES,
	ARTIFACTS_PER_SESSION_MAX,
	applyMove,
	type MoveBody,
	newSession,
	recomputeHashLanes,
	remainingArtifacts,
	type SessionState,
	scoreOf,
	stateHash,
} from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, type Model, modelMove } from "./support/model.js";
import { moveSequences, spawnOf } from "./support/moves.js";

const APPLIED = { applied: true };
const refused = (code: string) => ({ applied: false, code });
const statusOf = (artifactId: string, status: (typeof ARTIFACT_STATUSES)[number]): MoveBody => ({
	type: "artifact-status",
	artifactId,
	status,
	position: null,
});

function played(...moves: readonly MoveBody[]): SessionState {
	const state = newSession(1, 60_000);
	for (const move of moves) expect(applyMove(state, move)).toEqual(APPLIED);
	return state;
}

describe("the rules against a naive model", () => {
	test("[C1] every sequence of moves gives the model's answers and the model's session", () => {
		fc.assert(
			fc.property(moveSequences, (moves) => {
				const state = newSession(1, 60_000);
				const model: Model = { list: [], result: null };
				for (const move of moves) {
					const code = modelMove(model, move);
					expect(applyMove(state, move)).toEqual(code === null ? APPLIED : refused(code));
				}

				const artifacts = model.list.map(({ id, x, y, status }, index) => {
					return { id, index, xFixed: x, yFixed: y, status };
				});
				expect([...state.artifacts.values()]).toEqual(artifacts);
				expect(state.result).toBe(model.result);
			}),
			{ numRuns: 400 },
		);
	});

	test("[C1] counters and hash lanes equal a recount after every single move", () => {
		fc.assert(
			fc.property(moveSequences, (moves) => {
				const state = newSession(1, 60_000);
				const model: Model = { list: [], result: null };
				for (const move of moves) {
					applyMove(state, move);
					modelMove(model, move);
					expect(scoreOf(state)).toBe(count(model, "ground"));
					expect(state.depositedCount).toBe(count(model, "deposited"));
					expect(remainingArtifacts(state)).toBe(model.list.length - count(model, "deposited"));
					expect(state.hashLanes).toEqual(recomputeHashLanes(state));
				}
			}),
			{ numRuns: 200 },
		);
	});

	test("[C1] a refused move changes nothing, not even the hash", () => {
		fc.assert(
			fc.property(moveSequences, (moves) => {
				const state = newSession(1, 60_000);
				for (const move of moves) {
					const before = structuredClone(state);
					const hashBefore = stateHash(state);
					if (applyMove(state, move).applied) continue;
					expect(state).toEqual(before);
					expect(stateHash(state)).toBe(hashBefore);
				}
			}),
			{ numRuns: 200 },
		);
	});
});

describe("single rules", () => {
	test("[C1] a spawn is in the air, at its place, and its id is taken", () => {
		const state = played(spawnOf("a", 5, 6));
		const expected = { id: "a", index: 0, xFixed: 5, yFixed: 6, status: "inAir" };
		expect(state.artifacts.get("a")).toEqual(expected);
		expect(applyMove(state, spawnOf("a"))).toEqual(refused("ARTIFACT_EXISTS"));
	});

	test("[C1] the 500th artifact is taken, the 501st is not, also after deposits", () => {
		const state = newSession(1, 60_000);
		for (let nth = 1; nth <= ARTIFACTS_PER_SESSION_MAX; nth += 1) {
			expect(applyMove(state, spawnOf(`a${nth}`))).toEqual(APPLIED);
		}
		expect(applyMove(state, { type: "deposit", artifactId: "a1" })).toEqual(APPLIED);
		expect(applyMove(state, spawnOf("one-more"))).toEqual(refused("TOO_MANY_ARTIFACTS"));
		expect(applyMove(state, spawnOf("a2"))).toEqual(refused("ARTIFACT_EXISTS"));
	});

	test.each(ARTIFACT_STATUSES)("[C1] deposited is final: %s does not bring it back", (status) => {
		const state = played(spawnOf("a"), { type: "deposit", artifactId: "a" });
		expect(applyMove(state, statusOf("a", status))).toEqual(refused("ARTIFACT_DEPOSITED"));
		const again = applyMove(state, { type: "deposit", artifactId: "a" });
		expect(again).toEqual(refused("ARTIFACT_NOT_AVAILABLE"));
		expect(applyMove(state, spawnOf("a"))).toEqual(refused("ARTIFACT_EXISTS"));
	});

	test("[C1] the status `deposited` counts as a deposit and can win the session", () => {
		const state = played(spawnOf("a"), statusOf("a", "ground"), statusOf("a", "deposited"));
		expect([scoreOf(state), remainingArtifacts(state), state.depositedCount]).toEqual([0, 0, 1]);
		applyMove(state, { type: "end", claim: "won" });
		expect(state.result).toBe("won");
	});

	test.each([
		["won without a deposit is lost", [], "won", "lost"],
		["won with one left is lost", ["a"], "won", "lost"],
		["won with all deposited is won", ["a", "b"], "won", "won"],
		["lost is stored as said, even when cleared", ["a", "b"], "lost", "lost"],
		["no claim is abandoned, even when cleared", ["a", "b"], null, "abandoned"],
	] as const)("[C1] end: %s", (_title, deposited, claim, result) => {
		const state = played(spawnOf("a"), spawnOf("b"));
		for (const artifactId of deposited) applyMove(state, { type: "deposit", artifactId });
		expect(applyMove(state, { type: "end", claim })).toEqual(APPLIED);
		expect(state.result).toBe(result);
	});

	test("[C1] an empty session cannot be won", () => {
		const state = played({ type: "end", claim: "won" });
		expect(state.result).toBe("lost");
	});

	test("[C1] after the end every move is refused, a second end too", () => {
		const state = played(spawnOf("a"), { type: "end", claim: null });
		for (const move of [spawnOf("b"), statusOf("a", "ground"), { type: "end", claim: "won" }]) {
			expect(applyMove(state, move as MoveBody)).toEqual(refused("SESSION_ENDED"));
		}
		expect(state.result).toBe("abandoned");
	});
});
