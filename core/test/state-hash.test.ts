import {
	ARTIFACT_STATUSES,
	type Artifact,
	applyMove,
	newSession,
	recomputeHashLanes,
	SESSION_RESULTS,
	type SessionState,
	stateHash,
} from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moveSequences } from "./support/moves.js";

type Place = readonly [id: string, xFixed: number, yFixed: number, status: Artifact["status"]];

function stateOf(
	seed: number,
	durationMs: number,
	result: SessionState["result"],
	places: readonly Place[],
): SessionState {
	const state = newSession(seed, durationMs);
	for (const [index, [id, xFixed, yFixed, status]] of places.entries()) {
		state.artifacts.set(id, { id, index, xFixed, yFixed, status });
	}
	[state.hashLanes[0], state.hashLanes[1]] = recomputeHashLanes(state);
	state.result = result;
	return state;
}

describe("golden values", () => {
	// Computed by a second implementation, in Python from the description alone. Another platform
	// that gets these gets all.
	test.each([
		["an empty session", stateOf(0, 60_000, null, []), "da5445f78be48ca8"],
		["the greatest seed", stateOf(0xffff_ffff, 600_000, "abandoned", []), "3177b8a74d0e8dca"],
		["one artifact", stateOf(7, 60_000, null, [["a", 0, 1, "inAir"]]), "32c6266b90cfc668"],
		[
			"negative places, letters beyond ASCII, a long id",
			stateOf(7, 60_000, "lost", [
				["a", -64_000, 747_000, "ground"],
				["é💾", 1_088_000, -1, "carried"],
				["0".repeat(64), 512_500, 559_000, "deposited"],
			]),
			"ad194f80dbd9e0db",
		],
	])("[C2] %s", (_title, state, golden) => expect(stateHash(state)).toBe(golden));
});

test("[C2] the hash is 16 lower-case hexadecimal characters, and asking changes nothing", () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), moveSequences, (seed, moves) => {
			const state = newSession(seed, 60_000);
			for (const move of moves) applyMove(state, move);
			const before = structuredClone(state);
			expect(stateHash(state)).toMatch(/^[0-9a-f]{16}$/);
			expect(state).toEqual(before);
		}),
		{ numRuns: 100 },
	);
});

test("[C2] the way to a state does not matter, only the state", () => {
	const direct = newSession(1, 60_000);
	const detour = newSession(1, 60_000);
	for (const state of [direct, detour]) {
		applyMove(state, { type: "spawn", artifactId: "a", xFixed: 1, yFixed: 2 });
		applyMove(state, { type: "spawn", artifactId: "b", xFixed: 3, yFixed: 4 });
	}
	const carried = { type: "artifact-status", artifactId: "a", position: null } as const;
	applyMove(detour, { ...carried, status: "carried" });
	expect(stateHash(detour)).not.toBe(stateHash(direct));
	applyMove(detour, { ...carried, status: "inAir" });
	expect(stateHash(detour)).toBe(stateHash(direct));
});

describe("what the hash tells apart", () => {
	const places: readonly Place[] = [
		["a", 1000, 2000, "ground"],
		["b", 2000, 1000, "inAir"],
	];
	const base = stateOf(1, 60_000, null, places);
	const [a, b] = places as [Place, Place];
	const variants: readonly (readonly [string, SessionState])[] = [
		["the seed", stateOf(2, 60_000, null, places)],
		["the duration", stateOf(1, 60_001, null, places)],
		...SESSION_RESULTS.map(
			(result) => [`the result ${result}`, stateOf(1, 60_000, result, places)] as const,
		),
		["a missing artifact", stateOf(1, 60_000, null, [a])],
		["the order of spawns", stateOf(1, 60_000, null, [b, a])],
		["an id", stateOf(1, 60_000, null, [["c", 1000, 2000, "ground"], b])],
		["one thousandth of x", stateOf(1, 60_000, null, [["a", 1001, 2000, "ground"], b])],
		["one thousandth of y", stateOf(1, 60_000, null, [["a", 1000, 2001, "ground"], b])],
		["x and y exchanged", stateOf(1, 60_000, null, [["a", 2000, 1000, "ground"], b])],
		...ARTIFACT_STATUSES.filter((status) => status !== "ground").map(
			(status) =>
				[`the status ${status}`, stateOf(1, 60_000, null, [["a", 1000, 2000, status], b])] as const,
		),
		[
			"places exchanged between artifacts",
			stateOf(1, 60_000, null, [
				["a", 2000, 1000, "ground"],
				["b", 1000, 2000, "inAir"],
			]),
		],
	];

	test.each(variants)("[C2] %s, in both halves", (_title, variant) => {
		expect(stateHash(variant).slice(0, 8)).not.toBe(stateHash(base).slice(0, 8));
		expect(stateHash(variant).slice(8)).not.toBe(stateHash(base).slice(8));
	});

	test("[C2] all of them differ from each other", () => {
		const hashes = [base, ...variants.map(([, state]) => state)].map(stateHash);
		expect(new Set(hashes).size).toBe(hashes.length);
	});
});

test("[C2] a step of one thousandth flips half of the 64 bits, and no two places collide", () => {
	const steps = 4000;
	const seen = new Set<string>();
	let flipped = 0;
	let before = 0n;
	for (let x = 0; x <= steps; x += 1) {
		const hash = stateHash(stateOf(1, 60_000, null, [["a", x, 0, "ground"]]));
		const bits = BigInt(`0x${hash}`);
		if (x > 0) flipped += (bits ^ before).toString(2).replaceAll("0", "").length;
		before = bits;
		seen.add(hash);
	}
	expect(seen.size).toBe(steps + 1);
	expect(flipped / steps).toBeGreaterThan(31);
	expect(flipped / steps).toBeLessThan(33);
});
