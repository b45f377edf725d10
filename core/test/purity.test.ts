import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** What would make two machines, or two runs, disagree; `Math` may round and multiply, no more. */
const IMPURE: readonly (readonly [string, RegExp])[] = [
	["a Node module", /from "node:|\brequire\(/],
	["a clock", /\bDate\b|\bperformance\b|\bsetTimeout\b|\bsetInterval\b/],
	["randomness of its own", /Math\.random|\bcrypto\b/],
	["the machine", /\bprocess\b|\bglobalThis\b|\bnavigator\b|\bIntl\b|toLocale/],
	[
		"arithmetic that engines may do differently",
		/Math\.(?:a?(?:sin|cos|tan)h?|exp|log|pow|hypot|cbrt)|\*\*[^/*\s]/,
	],
];

const source = new URL("../src/", import.meta.url);
const files = readdirSync(source).filter((name) => name.endsWith(".ts"));

describe("core runs the same everywhere", () => {
	test("[C6] there is something to look at", () => expect(files.length).toBeGreaterThan(10));
	test.each(files)("[C6] %s uses nothing but its arguments", (name) => {
		const code = withoutComments(readFileSync(new URL(name, source), "utf8"));
		const found = IMPURE.filter(([, pattern]) => pattern.test(code)).map(([what]) => what);
		expect(found).toEqual([]);
	});
});

function withoutComments(code: string): string {
	return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}
