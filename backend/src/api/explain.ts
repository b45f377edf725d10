/**
 * Says in one sentence what is wrong with a value that its schema refused: the field and what it
 * takes, never the value. It walks the part of JSON Schema that our schemas use;
 * `validation.test.ts` holds it to the compiled check, so that the two cannot disagree.
 */
export interface SchemaNode {
	readonly type?: string;
	readonly description?: string;
	readonly const?: string | number | boolean;
	readonly enum?: readonly string[];
	readonly anyOf?: readonly SchemaNode[];
	readonly properties?: Readonly<Record<string, SchemaNode>>;
	readonly required?: readonly string[];
	readonly items?: SchemaNode;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly pattern?: string;
}

/**
 * null: the value fits. Otherwise a sentence such as "`moves[3].x` takes a number from -64 to
 * 1088."
 */
export function explain(schema: SchemaNode, value: unknown, path = ""): string | null {
	if (schema.anyOf !== undefined) return explainUnion(schema, schema.anyOf, { value, path });
	if (schema.type === "object") return explainObject(schema, value, path);
	if (schema.type === "array") return explainArray(schema, value, path);
	return fitsLeaf(schema, value) ? null : takes(path, schema);
}

interface Place {
	readonly value: unknown;
	readonly path: string;
}

function explainUnion(
	schema: SchemaNode,
	branches: readonly SchemaNode[],
	{ value, path }: Place,
): string | null {
	if (branches.some((branch) => explain(branch, value, path) === null)) return null;
	if (!isRecord(value)) return takes(path, schema);
	const shapes = branches.filter((branch) => branch.type === "object");
	if (shapes.length === 0) return takes(path, schema);
	if (shapes.length === 1) return explain(shapes[0] ?? schema, value, path);
	// Several shapes are told apart by a constant field, as moves are by their type.
	const meant = shapes.find((shape) =>
		constants(shape).every(([name, constant]) => value[name] === constant),
	);
	if (meant !== undefined) return explain(meant, value, path);
	const name = constants(shapes[0] ?? schema)[0]?.[0] ?? "";
	const choices = shapes.flatMap((shape) => shape.properties?.[name] ?? []);
	return takes(join(path, name), { anyOf: choices });
}

function explainObject(schema: SchemaNode, value: unknown, path: string): string | null {
	if (!isRecord(value)) return takes(path, schema);
	for (const [name, field] of Object.entries(schema.properties ?? {})) {
		if (!Object.hasOwn(value, name)) {
			if (!(schema.required ?? []).includes(name)) continue;
			return `\`${join(path, name)}\` is missing; it takes ${describe(field)}.`;
		}
		const wrong = explain(field, value[name], join(path, name));
		if (wrong !== null) return wrong;
	}
	return null;
}

function explainArray(schema: SchemaNode, value: unknown, path: string): string | null {
	if (!Array.isArray(value)) return takes(path, schema);
	const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema;
	if (value.length < minItems || value.length > maxItems) return takes(path, schema);
	for (const [index, item] of value.entries()) {
		const wrong = explain(items, item, `${path}[${index}]`);
		if (wrong !== null) return wrong;
	}
	return null;
}

function fitsLeaf(schema: SchemaNode, value: unknown): boolean {
	if (schema.const !== undefined) return value === schema.const;
	if (schema.type === "null") return value === null;
	if (schema.type === "string") return typeof value === "string" && fitsText(schema, value);
	if (typeof value !== "number" || !Number.isFinite(value)) return false;
	if (schema.type === "integer" && !Number.isInteger(value)) return false;
	const { minimum = value, maximum = value } = schema;
	return value >= minimum && value <= maximum;
}

function fitsText(schema: SchemaNode, value: string): boolean {
	if (schema.enum !== undefined) return schema.enum.includes(value);
	if (schema.minLength !== undefined && value.length < schema.minLength) return false;
	if (schema.maxLength !== undefined && value.length > schema.maxLength) return false;
	return schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value);
}

function takes(path: string, schema: SchemaNode): string {
	return `${path === "" ? "The body" : `\`${path}\``} takes ${describe(schema)}.`;
}

function describe(schema: SchemaNode): string {
	if (schema.description !== undefined) return sentencePart(schema.description);
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	if (schema.anyOf !== undefined) return alternatives(schema.anyOf.map(describe));
	if (schema.enum !== undefined) return alternatives(schema.enum.map((one) => `"${one}"`));
	switch (schema.type) {
		case "null":
			return "null";
		case "object":
			return `an object${withFields(schema)}`;
		case "array":
			return `a list of ${schema.minItems ?? 0} to ${schema.maxItems ?? "any number of"} entries`;
		case "string":
			return `a text of ${schema.minLength ?? 0} to ${schema.maxLength ?? "any number of"} visible characters`;
		default:
			return `${schema.type === "integer" ? "a whole number" : "a number"}${range(schema)}`;
	}
}

function withFields(schema: SchemaNode): string {
	const names = schema.required ?? [];
	return names.length === 0 ? "" : ` with ${names.map((name) => `\`${name}\``).join(" and ")}`;
}

function range({ minimum, maximum }: SchemaNode): string {
	return minimum === undefined || maximum === undefined ? "" : ` from ${minimum} to ${maximum}`;
}

function alternatives(parts: readonly string[]): string {
	if (parts.length < 2) return parts.join("");
	return `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)}`;
}

/** A description is a sentence of its own; here it goes on in the middle of one. */
function sentencePart(description: string): string {
	return description.charAt(0).toLowerCase() + description.slice(1).replace(/\.$/, "");
}

function constants(shape: SchemaNode): [string, string | number | boolean][] {
	return Object.entries(shape.properties ?? {}).flatMap(([name, field]) =>
		field.const === undefined ? [] : [[name, field.const]],
	);
}

function join(path: string, name: string): string {
	return path === "" ? name : `${path}.${name}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
