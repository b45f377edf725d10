import {
	ARTIFACT_STATUSES,
	ArtifactStatusBody,
	CreateBody,
	DepositBody,
	EndBody,
	generateLevel,
	MovesBody,
	SpawnBody,
	TerrainTile,
	TrashCan,
} from "@savepoint/core";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { describe, expect, test } from "vitest";

const create = Compile(CreateBody);
const spawn = Compile(SpawnBody);
const status = Compile(ArtifactStatusBody);
const deposit = Compile(DepositBody);
const end = Compile(EndBody);
const moves = Compile(MovesBody);
const NOT_NUMBERS = [Number.NaN, Infinity, -Infinity, null, true, "12", undefined, [], {}];

describe("create", () => {
	test.each([null, {}, { requestedDurationSeconds: null }, { requestedDurationSeconds: 0 }])(
		"[C4] %j means the default",
		(body) => expect(create.Check(body)).toBe(true),
	);
	test.each([10, 10.5, 60, 600])("[C4] a duration of %d s is taken", (seconds) => {
		expect(create.Check({ requestedDurationSeconds: seconds })).toBe(true);
	});
	const wrong = NOT_NUMBERS.filter((value) => value !== null && value !== undefined);
	test.each([-1, 1, 9.99, 600.01, ...wrong])("[C4] a duration of %j is refused", (seconds) => {
		expect(create.Check({ requestedDurationSeconds: seconds })).toBe(false);
	});
	test.each([[], "60", 60, true])("[C4] the body %j is refused", (body) => {
		expect(create.Check(body)).toBe(false);
	});
});

describe("spawn", () => {
	test.each([
		[0, 0],
		[-64, -64],
		[1088, 747],
		[512.25, 300.5],
	])("[C4] (%d, %d) is taken", (x, y) => expect(spawn.Check({ x, y })).toBe(true));
	test.each([
		[-64.01, 0],
		[1088.01, 0],
		[0, -64.01],
		[0, 747.01],
	])("[C4] (%d, %d) is outside the level", (x, y) => {
		expect(spawn.Check({ x, y })).toBe(false);
	});
	test.each(NOT_NUMBERS)("[C4] %j is no coordinate", (value) => {
		expect(spawn.Check({ x: value, y: 0 })).toBe(false);
		expect(spawn.Check({ x: 0, y: value })).toBe(false);
	});
});

describe("artifact-status and deposit", () => {
	test.each(ARTIFACT_STATUSES)("[C4] %s is read in any letter case", (word) => {
		for (const sent of [word, word.toUpperCase(), word.toLowerCase()]) {
			expect(status.Check({ artifactId: "a", status: sent })).toBe(true);
		}
	});
	// Among them: a letter that some engines fold onto i, and a line end that `$` could skip.
	test.each(["", "grounds", " ground", "in air", "ınAir", "ground\n", null, 1])(
		"[C4] %j is no status",
		(sent) => expect(status.Check({ artifactId: "a", status: sent })).toBe(false),
	);
	test("[C4] a position is optional and as bounded as a spawn", () => {
		const body = { artifactId: "a", status: "ground" };
		expect(status.Check({ ...body, position: { x: 1, y: 2 } })).toBe(true);
		expect(status.Check({ ...body, position: { x: 9999, y: 2 } })).toBe(false);
		expect(status.Check({ ...body, position: null })).toBe(false);
	});
	test.each(["a", "~!", "x".repeat(64)])("[C4] the id %j is taken", (artifactId) => {
		expect(deposit.Check({ artifactId })).toBe(true);
	});
	test.each(["", "x".repeat(65), "a b", "a\n", "é", "\u007f", null, 7])(
		"[C4] the id %j is refused",
		(artifactId) => expect(deposit.Check({ artifactId })).toBe(false),
	);
});

describe("end", () => {
	test.each([null, {}, { result: null }, { result: "won" }, { result: "LOST" }, { result: "Won" }])(
		"[C4] %j is taken",
		(body) => expect(end.Check(body)).toBe(true),
	);
	test.each([{ result: "abandoned" }, { result: "" }, { result: 0 }, { result: false }, "won"])(
		"[C4] %j is refused",
		(body) => expect(end.Check(body)).toBe(false),
	);
});

describe("moves", () => {
	const one = { id: "m1", type: "deposit", artifactId: "a" };
	test.each([
		{ id: "m1", type: "spawn", artifactId: "a", x: 1, y: 2, atMs: 0 },
		{ id: "m1", type: "artifact-status", artifactId: "a", status: "FLYING" },
		one,
		{ id: "m1", type: "end", result: "wOn" },
		{ id: "m1", type: "end" },
	])("[C4] %j is taken", (move) => expect(moves.Check({ moves: [move] })).toBe(true));
	test.each([
		{ ...one, id: undefined },
		{ ...one, type: "DEPOSIT" },
		{ ...one, type: "fly" },
		{ ...one, atMs: -1 },
		{ ...one, atMs: Infinity },
		{ ...one, atMs: "1" },
		{ id: "m1", type: "spawn", x: 1, y: 2 },
		null,
	])("[C4] %j is refused", (move) => expect(moves.Check({ moves: [move] })).toBe(false));
	test("[C4] a batch holds 1 to 256 moves", () => {
		expect(moves.Check({ moves: [] })).toBe(false);
		expect(moves.Check({ moves: Array(256).fill(one) })).toBe(true);
		expect(moves.Check({ moves: Array(257).fill(one) })).toBe(false);
	});
});

test("[C4] every pattern means the same under the unicode flag, which validators set", () => {
	const patterns = JSON.stringify([ArtifactStatusBody, EndBody, MovesBody]).matchAll(
		/"pattern":("(?:[^"\\]|\\.)*")/g,
	);
	const sources = Array.from(patterns, ([, quoted = ""]) => JSON.parse(quoted) as string);
	expect(sources.length).toBeGreaterThan(5);
	const words = ["a", "~", " ", "é", "\u017f", "\u212a", "won", "LOST", "inair", "carr\u0131ed"];
	for (const source of sources) {
		for (const word of words) {
			expect(new RegExp(source, "u").test(word)).toBe(new RegExp(source).test(word));
		}
	}
});

test("[C4] a generated level has the shape that a session shows", () => {
	const level = generateLevel(1, 60_000);
	expect(Compile(Type.Array(TerrainTile)).Check(level.terrain)).toBe(true);
	expect(Compile(TrashCan).Check(level.trashCan)).toBe(true);
});
