import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { SavepointError } from "../errors.js";
import { explain, type SchemaNode } from "./explain.js";

/** null: the value fits its schema. Else BAD_REQUEST with a sentence that names the field. */
export type Check = (value: unknown) => SavepointError | null;

/**
 * Compiles a schema of `core` into a check. Nothing is coerced, filled in or removed, and fields
 * that the schema does not name are let through. TypeBox's own compiler, because it took half the
 * time of Ajv on both a single call and a batch of moves.
 */
export function compileCheck(schema: TSchema): Check {
	const compiled = Compile(schema);
	const node: SchemaNode = schema;
	return (value) => {
		if (compiled.Check(value)) return null;
		return new SavepointError("BAD_REQUEST", explain(node, value) ?? undefined);
	};
}

/** The same check in the form in which Fastify calls it. */
export function compileForRoute(schema: TSchema): (value: unknown) => true | { error: Error } {
	const check = compileCheck(schema);
	return (value) => {
		const error = check(value);
		return error === null || { error };
	};
}
