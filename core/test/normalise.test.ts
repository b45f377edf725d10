import {
	ARTIFACT_STATUSES,
	artifactView,
	depositBody,
	endBody,
	fromFixed,
	LEVEL_WIDTH,
	normaliseMove,
	SPAWN_MARGIN,
	spawnPoint,
	statusBody,
	toFixed,
} from "@savepoint/core";
import fc from "fast-check";
import { expect, test } from "vitest";

test("[C3] fixed point survives the way to pixels and back", () => {
	const limit = (LEVEL_WIDTH + SPAWN_MARGIN) * 1000;
	fc.assert(
		fc.property(fc.integer({ min: -limit, max: limit }), (fixed) => {
			expect(toFixed(fromFixed(fixed))).toBe(fixed);
		}),
	);
});

test("[C3] a position is rounded to whole thousandths and is never -0", () => {
	expect(toFixed(12.3456)).toBe(12_346);
	expect(toFixed(-12.3456)).toBe(-12_346);
	expect(Object.is(toFixed(-0), 0)).toBe(true);
	expect(Object.is(toFixed(-0.0001), 0)).toBe(true);
});

test.each(ARTIFACT_STATUSES)("[C3] the letter case of %s is folded", (status) => {
	for (const sent of [status, status.toUpperCase(), status.toLowerCase()]) {
		expect(statusBody({ artifactId: "a", status: sent }).status).toBe(status);
	}
});

test("[C3] every kind of move has one normal form", () => {
	const spawn = { id: "1", atMs: 12.5, type: "spawn", artifactId: "a", x: 1.5, y: -2 } as const;
	expect(normaliseMove(spawn)).toEqual({
		id: "1",
		atMs: 13,
		body: { type: "spawn", artifactId: "a", xFixed: 1500, yFixed: -2000 },
	});

	const status = { id: "2", type: "artifact-status", artifactId: "a", status: "INAIR" } as const;
	expect(normaliseMove(status)).toEqual({
		id: "2",
		atMs: null,
		body: { type: "artifact-status", artifactId: "a", status: "inAir", position: null },
	});
	const moved = normaliseMove({ ...status, position: { x: 3, y: 4 } });
	expect(moved.body).toMatchObject({ position: { xFixed: 3000, yFixed: 4000 } });

	const deposit = normaliseMove({ id: "3", atMs: 0, type: "deposit", artifactId: "a" });
	expect(deposit).toEqual({ id: "3", atMs: 0, body: { type: "deposit", artifactId: "a" } });

	const end = normaliseMove({ id: "4", type: "end", result: "WoN" });
	expect(end.body).toEqual({ type: "end", claim: "won" });
});

test("[C3] fields that the wire form has besides are not carried into the log", () => {
	const sent = { id: "1", type: "deposit", artifactId: "a", cheat: true } as const;
	expect(normaliseMove(sent).body).toEqual({ type: "deposit", artifactId: "a" });
	expect(Object.keys(depositBody({ artifactId: "a", ...{ more: 1 } }))).toEqual([
		"type",
		"artifactId",
	]);
});

test("[C3] an end without a body, without a result and with null claims nothing", () => {
	for (const sent of [null, {}, { result: null }]) {
		expect(endBody(sent)).toEqual({ type: "end", claim: null });
	}
	expect(endBody({ result: "Lost" })).toEqual({ type: "end", claim: "lost" });
});

test("[C3] what the schemas refuse is a bug of the caller, and said so", () => {
	expect(() => statusBody({ artifactId: "a", status: "gone" })).toThrow(RangeError);
	expect(() => endBody({ result: "abandoned" })).toThrow(RangeError);
});

test("[C3] an artifact is shown in pixels", () => {
	const artifact = {
		id: "a",
		index: 3,
		...spawnPoint({ x: 1.25, y: 2 }),
		status: "ground",
	} as const;
	expect(artifactView(artifact)).toEqual({
		id: "a",
		position: { x: 1.25, y: 2 },
		status: "ground",
	});
});
