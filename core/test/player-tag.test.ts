// Goal: a tag is 1 to 24 characters of any script, and cannot break or disguise a list of names.
// Method: names that people have, then one refused thing at a time; a property over any text.
import { normalisePlayerTag, PLAYER_TAG_LENGTH_MAX } from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const point = (code: number): string => String.fromCodePoint(code);

describe("a player tag", () => {
	test.each([
		"a",
		"Åsa Ö.",
		"李小龍",
		"علی‌رضا",
		"क्षत्रिय",
		"שלום",
		"👩‍👩‍👧‍👦",
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿",
		"x".repeat(24),
		"👾".repeat(24),
		"<b>&\"'",
		"-",
	])("[H6] %j is taken as it is", (tag) => expect(normalisePlayerTag(tag)).toBe(tag));

	test("[H6] is composed, and loses the blanks around it", () => {
		expect(normalisePlayerTag(" \tA\u030asa\u3000 ")).toBe("Åsa");
		expect(normalisePlayerTag("a  b")).toBe("a  b");
		expect(normalisePlayerTag(`${"o\u0308".repeat(24)} `)).toBe("ö".repeat(24));
	});

	test.each([
		["nothing", ""],
		["blanks", " \u00a0\u3000"],
		["25 characters", "x".repeat(25)],
		["25 characters of two halves", "👾".repeat(25)],
		["far too many", "x".repeat(100_000)],
		["a line end inside", "a\nb"],
		["a tab inside", "a\tb"],
		["NUL", "a\u0000b"],
		["DEL", "a\u007f"],
		["a C1 control", "a\u0085b"],
		["an escape", "a\u001b[31mb"],
		["a line separator", "a\u2028b"],
		["half a character", "a\ud800b"],
		["invisible characters", "\u200b\u200d\ufe0f"],
		["an invisible letter", "\u3164"],
		["a combining mark alone", "\u0301"],
	])("[H6] %s is none", (_what, text) => expect(normalisePlayerTag(text)).toBeNull());

	test.each([0x061c, 0x200e, 0x200f, 0x202a, 0x202d, 0x202e, 0x2066, 0x2069])(
		"[H6] U+%s, which turns the direction of text, is in none",
		(code) => expect(normalisePlayerTag(`a${point(code)}b`)).toBeNull(),
	);

	test("[H6] is the same when it is normalised again, and never too long", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
				const tag = normalisePlayerTag(text);
				if (tag === null) return;
				expect(normalisePlayerTag(tag)).toBe(tag);
				expect(Array.from(tag).length).toBeLessThanOrEqual(PLAYER_TAG_LENGTH_MAX);
				expect(Buffer.from(tag, "utf8").toString("utf8")).toBe(tag);
			}),
		);
	});
});
