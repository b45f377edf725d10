/** The strings of a strace line, as the bytes they stand for (one character of the result each). */

const QUOTED = /"((?:[^"\\]|\\.)*)"(\.\.\.)?/g;
const ESCAPE = /\\([0-7]{1,3}|x[0-9a-f]{2}|.)/g;
const NAMED: Readonly<Record<string, string>> = {
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	f: "\f",
};

const decodeEscapes = (text: string): string =>
	text.replace(ESCAPE, (_, code: string) => {
		if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
		if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
		return NAMED[code] ?? code;
	});

/**
 * All strings among a call's arguments, joined. Throws where strace has cut one: its limit is too
 * low.
 */
export function bytesOf(callArguments: string): string {
	let joined = "";
	for (const [, text = "", cut] of callArguments.matchAll(QUOTED)) {
		if (cut !== undefined) throw new Error("strace cut a string: raise its limit (-s)");
		joined += decodeEscapes(text);
	}
	return joined;
}
