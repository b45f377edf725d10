// Goal: what is stored reads back as it was, and anything else is refused by name. Method: round
// trips over random values, and random texts and flipped characters for what must not read back.
import { ARTIFACT_STATUSES, generateLevel, MOVE_TYPES, OPERATOR_TYPES } from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoggedBody } from "#src/storage/ports.js";
import {
	chainHash,
	decodeMoveType,
	decodePayload,
	decodeStatus,
	decodeTerrain,
	encodeMoveType,
	encodePayload,
	encodeTerrain,
	genesisHash,
	rowChecksum,
	UnreadableRow,
} from "#src/storage/serializers.js";

const id = fc.string({ minLength: 1, maxLength: 64, unit: "binary" });
const fixed = fc.integer({ min: -64_000, max: 1_088_000 });
const point = fc.record({ xFixed: fixed, yFixed: fixed });
const body: fc.Arbitrary<LoggedBody> = fc.oneof(
	fc.record({
		type: fc.constant("spawn" as const),
		artifactId: fc.option(id),
		xFixed: fixed,
		yFixed: fixed,
	}),
	fc.record({
		type: fc.constant("artifact-status" as const),
		artifactId: id,
		status: fc.constantFrom(...ARTIFACT_STATUSES),
		position: fc.option(point),
	}),
	fc.record({ type: fc.constant("deposit" as const), artifactId: id }),
	fc.record({
		type: fc.constant("end" as const),
		claim: fc.constantFrom(null, "won" as const, "lost" as const),
		stale: fc.boolean(),
	}),
);

describe("moves", () => {
	it("[K8] every body reads back as it was", () => {
		fc.assert(
			fc.property(body, (each) => {
				expect(decodePayload(each.type, encodePayload(each))).toEqual(each);
			}),
		);
	});

	it("[K3] two bodies have the same text only when they are the same", () => {
		fc.assert(
			fc.property(body, body, (one, other) => {
				const text = (each: LoggedBody) => each.type + encodePayload(each);
				const isSame = JSON.stringify(one) === JSON.stringify(other);
				expect(text(one) === text(other)).toBe(isSame);
			}),
		);
	});

	it("[K9] any text gives a body or an UnreadableRow, never another error", () => {
		const text = fc.oneof(fc.string(), fc.json());
		fc.assert(
			fc.property(fc.constantFrom(...MOVE_TYPES), text, (type, each) => {
				try {
					expect(decodePayload(type, each).type).toBe(type);
				} catch (error) {
					expect(error).toBeInstanceOf(UnreadableRow);
				}
			}),
		);
	});

	it("types keep their stored numbers, and an unknown one is refused", () => {
		expect(MOVE_TYPES.map(encodeMoveType)).toEqual([1, 2, 3, 4]);
		expect(OPERATOR_TYPES.map(encodeMoveType)).toEqual([5, 6]);
		for (const type of MOVE_TYPES) expect(decodeMoveType(encodeMoveType(type))).toBe(type);
		for (const code of [0, 7, "1", null]) expect(() => decodeMoveType(code)).toThrow(UnreadableRow);
	});
});

describe("levels and artifacts", () => {
	it("[K8] every level reads back as it was generated", () => {
		fc.assert(
			fc.property(fc.nat(0xffff_ffff), (seed) => {
				const { terrain, trashCan, playerSpeedPercent } = generateLevel(seed, 60_000);
				const stored = { terrain, trashCan, playerSpeedPercent };
				expect(decodeTerrain(encodeTerrain(stored))).toEqual(stored);
			}),
			{ numRuns: 30 },
		);
	});

	it("[K9] any text gives a level or an UnreadableRow", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
				expect(() => decodeTerrain(text)).toThrow(UnreadableRow);
			}),
		);
	});

	it("statuses are stored by name", () => {
		for (const status of ARTIFACT_STATUSES) expect(decodeStatus(status)).toBe(status);
		for (const other of ["Ground", "", null, 0]) expect(() => decodeStatus(other)).toThrow();
	});
});

describe("hashes", () => {
	const link = {
		seq: 3,
		moveId: "m",
		moveType: 1,
		playMs: 5,
		recordedAtMs: 9,
		refusal: null,
		payload: "[1,2]",
	};

	it("[K9] the chain covers every field and the entry before", () => {
		const changed = [
			{ ...link, seq: 4 },
			{ ...link, moveId: null },
			{ ...link, moveType: 2 },
			{ ...link, playMs: null },
			{ ...link, recordedAtMs: 10 },
			{ ...link, refusal: "SESSION_ENDED" },
			{ ...link, payload: "[1,3]" },
		];
		const hashes = [
			chainHash("p", link),
			chainHash("q", link),
			...changed.map((each) => chainHash("p", each)),
		];
		expect(new Set(hashes).size).toBe(hashes.length);
	});

	// The values come from a second implementation, in another language.
	it("they are stable: a stored database verifies in later releases", () => {
		expect(chainHash("p", link)).toBe("MBIx6_5OBMxom9e-");
		expect(rowChecksum([1, "a", null])).toBe("b5xUZY_bwvFV5xBe");
		expect(genesisHash([1, "a", null])).toBe("KtuqBYZdhcMJvuYp");
	});
});
