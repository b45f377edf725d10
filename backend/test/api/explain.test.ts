import {
	ArtifactStatusBody,
	CreateBody,
	DepositBody,
	EndBody,
	MovesBody,
	SpawnBody,
} from "@savepoint/core";
import fc from "fast-check";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { explain, type SchemaNode } from "#src/api/explain.js";
import { compileCheck } from "#src/api/validation.js";

const schemas: Record<string, TSchema> = {
	ArtifactStatusBody,
	CreateBody,
	DepositBody,
	EndBody,
	MovesBody,
	SpawnBody,
};

/** Values that are right, nearly right and wrong, in every place. */
const scalar = fc.oneof(
	fc.constantFrom("a", "", "a b", "ground", "GROUND", "won", "spawn", "end", "x".repeat(65), "é"),
	fc.constantFrom(0, 1, -64, -65, 60, 747, 748, 1e9, 1.5, Number.POSITIVE_INFINITY),
	fc.constantFrom(null, true, false),
	fc.constantFrom([], {}, { x: 1, y: 2 }, { x: 1 }),
);
const record = fc.dictionary(
	fc.constantFrom(
		"id",
		"type",
		"x",
		"y",
		"artifactId",
		"status",
		"position",
		"result",
		"atMs",
		"z",
	),
	scalar,
);
const typed = fc
	.tuple(record, fc.constantFrom("spawn", "artifact-status", "deposit", "end", "fly"))
	.map(([fields, type]) => ({
		id: "i",
		artifactId: "a",
		x: 1,
		y: 1,
		status: "ground",
		...fields,
		type,
	}));
const body = fc.oneof(
	scalar,
	record,
	record.map((fields) => ({ artifactId: "a", status: "ground", x: 1, y: 2, ...fields })),
	fc.record({ requestedDurationSeconds: scalar }),
	fc.record({ moves: fc.oneof(scalar, fc.array(fc.oneof(typed, record), { maxLength: 3 })) }),
);

describe("explain", () => {
	it.each(Object.entries(schemas))(
		"refuses of %s what the compiled check refuses",
		(_n, schema) => {
			const compiled = Compile(schema);
			const node: SchemaNode = schema;
			fc.assert(
				fc.property(body, (value) => {
					expect(explain(node, value) === null).toBe(compiled.Check(value));
				}),
				{ numRuns: 2_000 },
			);
		},
	);

	it("never says what was sent", () => {
		const secret = "s3cret".repeat(3);
		const bodies = [secret, { artifactId: 1, status: secret }, { moves: [{ type: secret }] }];
		for (const schema of Object.values(schemas))
			for (const value of bodies)
				expect(compileCheck(schema)(value)?.message ?? "").not.toContain(secret);
	});

	it.each([
		[SpawnBody, null, "The body takes an object with `x` and `y`."],
		[SpawnBody, { x: 1 }, "`y` is missing; it takes a number from -64 to 747."],
		[SpawnBody, { x: "1", y: 1 }, "`x` takes a number from -64 to 1088."],
		[DepositBody, { artifactId: "" }, "`artifactId` takes a text of 1 to 64 visible characters."],
		[EndBody, { result: "draw" }, "`result` takes null or one of won, lost, in any letter case."],
		[MovesBody, { moves: [] }, "`moves` takes a list of 1 to 256 entries."],
		[
			MovesBody,
			{ moves: [{ id: "a", type: "deposit" }] },
			"`moves[0].artifactId` is missing; it takes a text of 1 to 64 visible characters.",
		],
		[
			MovesBody,
			{ moves: [{ id: "a", type: "end" }, { id: "b" }] },
			'`moves[1].type` takes "spawn", "artifact-status", "deposit" or "end".',
		],
	])("names the field and what it takes (%#)", (schema, value, sentence) => {
		expect(compileCheck(schema)(value)).toMatchObject({ code: "BAD_REQUEST", message: sentence });
	});

	it("lets fields through that it does not know, and changes nothing", () => {
		const value = Object.freeze({ x: 1, y: 2, more: Object.freeze(["a"]) });
		expect(compileCheck(SpawnBody)(value)).toBeNull();
	});
});
