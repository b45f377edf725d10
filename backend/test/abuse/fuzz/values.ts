import fc from "fast-check";
import type { SchemaNode } from "#src/api/explain.js";
import type { Chance } from "./chance.js";
import type { KnownIds } from "./known-ids.js";

/** Stands in every text that a fuzzer makes up: no error and no log line may hold it. */
export const PLAYER_TEXT = "zq7player";

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

/** What somebody who means harm, or made a mistake, puts where something else belongs. */
const NASTY: readonly unknown[] = [
	...[null, true, false, 0, -0, -1, 1, 0.5, 5e-324, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 64],
	...["", " ", "0", "12", "NaN", "null", "true", "won", "LOST", "deposited", "spawn", "\u0000"],
	...["\ud800", "\udfff\ud800", "💥", "\u202e", "\ufeff", "\r\nX-Evil: 1", "../../etc/passwd"],
	...["' or 1=1 --", "%00", "{{7*7}}", "__proto__", "constructor", "toString", PLAYER_TEXT],
	...[PLAYER_TEXT.repeat(8), PLAYER_TEXT.repeat(900), "é".repeat(64), "a\u0301".repeat(40)],
	...[[], {}, [[]], [null], nested(60), { toString: 1 }, { valueOf: null }, { length: 1e9 }],
	...[{ constructor: { prototype: { polluted: 1 } } }, Array.from({ length: 300 }, () => ({}))],
];

const samples = new Map<string, readonly string[]>();
function fitting(pattern: string): readonly string[] {
	const known = samples.get(pattern);
	if (known !== undefined) return known;
	const made = fc.sample(fc.stringMatching(new RegExp(pattern, "u")), { numRuns: 60, seed: 1 });
	samples.set(pattern, made);
	return made;
}

/** A text as it is, anything else as JSON. */
export const asText = (value: unknown): string =>
	typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** Values that fit their schema, or nearly. */
export class Values {
	readonly #chance: Chance;
	readonly #ids: KnownIds;
	constructor(chance: Chance, ids: KnownIds) {
		this.#chance = chance;
		this.#ids = ids;
	}

	fit(schema: SchemaNode, name = ""): unknown {
		const { anyOf, type } = schema;
		if (anyOf !== undefined) return this.fit(this.#chance.pick(anyOf), name);
		if (schema.const !== undefined) return schema.const;
		if (schema.enum !== undefined) return this.#chance.pick(schema.enum);
		if (type === "object") return this.#object(schema);
		if (type === "array") return this.#array(schema, name);
		if (type === "string") return this.text(schema, name);
		if (type === "number" || type === "integer") return this.#number(schema);
		return type === "null" ? null : this.nasty();
	}

	nasty(): unknown {
		return this.#chance.pick(NASTY);
	}

	/** The value with one place of it changed; where, is drawn. */
	spoil(value: unknown): unknown {
		const chance = this.#chance;
		if (typeof value !== "object" || value === null || chance.percent(15)) return this.nasty();
		if (Array.isArray(value)) {
			if (value.length === 0) return this.nasty();
			const at = chance.int(0, value.length - 1);
			if (chance.percent(10)) return [...value, value[at]];
			return value.with(at, this.spoil(value[at]));
		}
		const entries = Object.entries(value);
		const [name = "a", old] = entries.length === 0 ? [] : chance.pick(entries);
		if (chance.percent(15)) return Object.fromEntries(entries.filter(([key]) => key !== name));
		if (chance.percent(10)) return { ...value, [asText(this.nasty())]: this.nasty() };
		return { ...value, [name]: this.spoil(old) };
	}

	text({ pattern, minLength = 0, maxLength = 24 }: SchemaNode, name: string): string {
		const chance = this.#chance;
		const known =
			/id$/i.test(name) && chance.percent(75) ? this.#ids.pick(name, chance) : undefined;
		if (known !== undefined) return known;
		if (pattern !== undefined) return chance.pick(fitting(pattern)).slice(0, maxLength);
		const length = chance.int(minLength, Math.min(maxLength, 40));
		return chance.bytes(length).toString("base64url").slice(0, length);
	}

	#number({ minimum = -10, maximum = 1_000, type }: SchemaNode): number {
		const chance = this.#chance;
		if (chance.percent(10)) return chance.pick([minimum, maximum]);
		const whole = chance.int(Math.ceil(minimum), Math.floor(maximum));
		return type === "integer" ? whole : Math.min(maximum, whole + chance.int(0, 999) / 1_000);
	}

	#array({ items = {}, minItems = 0, maxItems = 20 }: SchemaNode, name: string): unknown[] {
		const most = this.#chance.percent(5) ? maxItems : Math.min(maxItems, 4);
		const length = this.#chance.int(minItems, Math.max(minItems, most));
		return Array.from({ length }, () => this.fit(items, name));
	}

	#object({ properties = {}, required = [] }: SchemaNode): Record<string, unknown> {
		return Object.fromEntries(
			Object.entries(properties)
				.filter(([name]) => required.includes(name) || this.#chance.percent(70))
				.map(([name, field]) => [name, this.fit(field, name)]),
		);
	}
}
