import type { Chance } from "./chance.js";

const NUMBERS = [
	"NaN",
	"1e999",
	"-1e999",
	"1e308",
	"0x10",
	"01",
	"-",
	"+1",
	".5",
	"1.",
	"Infinity",
];
const PIECES = ["\u0000", "\ufeff", "\\", '"', "{", "]", ",", "\\ud800", "//", "/*", "\r\n\r\n"];

/** JSON as text, broken in the ways that a parser must survive. */
export function spoilJson(text: string, chance: Chance): string {
	const at = chance.int(0, text.length);
	const before = text.slice(0, at);
	const after = text.slice(at);
	switch (chance.int(0, 8)) {
		case 0:
			return before;
		case 1:
			return before + chance.pick(PIECES) + after;
		case 2:
			return before + after.slice(1);
		case 3:
			return text.replace(/-?\d+(\.\d+)?/, chance.pick(NUMBERS));
		case 4:
			return text.replace("{", '{"__proto__":{"polluted":1},');
		case 5:
			// Every key twice: the first object is opened again within itself.
			return text.replace("{", `{${text.slice(1, -1)},`);
		case 6:
			return "[".repeat(chance.int(1, 60_000)) + text;
		case 7:
			return text.replace("}", `}${" ".repeat(chance.int(1, 110_000))}`);
		default:
			return text + text;
	}
}

/** Some bytes are others, or gone. */
export function spoilBytes(bytes: Buffer, chance: Chance): Buffer {
	const spoiled = Buffer.from(bytes);
	if (spoiled.length === 0) return chance.bytes(8);
	for (let times = chance.int(1, 4); times > 0; times -= 1)
		spoiled[chance.int(0, spoiled.length - 1)] = chance.int(0, 255);
	return chance.percent(30) ? spoiled.subarray(0, chance.int(1, spoiled.length)) : spoiled;
}
