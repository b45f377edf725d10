import { bytesOf } from "./strings.js";

/**
 * One system call of a traced process. `startedAt` and `endedAt` are numbers of lines: strace
 * writes them in the order in which calls began and ended, over all threads, so they can be
 * compared.
 */
export interface Call {
	readonly thread: string;
	readonly name: string;
	/** What the first argument's descriptor stands for: a path, or `TCP:[…]`. */
	readonly target: string;
	readonly startedAt: number;
	readonly endedAt: number;
	/** What the call returned, or the negative number of an error; null where it never returned. */
	readonly result: number | null;
	/** strace made the result up: the kernel never saw the call. */
	readonly injected: boolean;
	/** The bytes that were read or written, as far as the call got. */
	bytes(): string;
}

const LINE = /^\s*(\d+) +(?:\d+\.\d+ +)?(.*)$/;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/;
const UNFINISHED = / ?<unfinished \.\.\.>$/;
const BEGUN = /^(\w+)\(\d+<(.*)$/;
const RESULT = /\) += (-?\d+|\?)([^=]*)$/;

interface Begun {
	readonly name: string;
	readonly text: string;
	readonly startedAt: number;
}

/**
 * The calls in the order in which they ended. Lines that are no call of a descriptor are passed
 * over.
 */
export function* parseCalls(lines: Iterable<string>): Generator<Call> {
	const begun = new Map<string, Begun>();
	let number = 0;
	for (const line of lines) {
		number += 1;
		const [, thread = "", rest = ""] = LINE.exec(line) ?? [];
		const resumed = RESUMED.exec(rest);
		if (resumed !== null) {
			const start = begun.get(thread);
			begun.delete(thread);
			if (start !== undefined && start.name === resumed[1])
				yield toCall(thread, start, resumed[2] ?? "", number);
			continue;
		}
		const name = BEGUN.exec(rest)?.[1];
		if (name === undefined) continue;
		const start = { name, text: rest.replace(UNFINISHED, ""), startedAt: number };
		if (UNFINISHED.test(rest)) begun.set(thread, start);
		else yield toCall(thread, start, "", number);
	}
	for (const [thread, start] of begun) yield toCall(thread, start, "", Number.POSITIVE_INFINITY);
}

function toCall(thread: string, start: Begun, more: string, endedAt: number): Call {
	const text = start.text + more;
	const [, stated = "?", note = ""] = RESULT.exec(text) ?? [];
	const result = stated === "?" ? null : Number(stated);
	const target = targetOf(text);
	return {
		thread,
		name: start.name,
		target,
		startedAt: start.startedAt,
		endedAt,
		result,
		injected: note.includes("(INJECTED)"),
		bytes: () => bytesOf(text).slice(0, Math.max(0, result ?? 0)),
	};
}

/**
 * `24</a/path>, …` or `34<TCP:[1.2.3.4:5->6.7.8.9:10]>, …`: the angle bracket inside is an arrow's.
 */
function targetOf(text: string): string {
	const from = text.indexOf("<") + 1;
	for (let at = from; at < text.length; at += 1)
		if (text[at] === ">" && text[at - 1] !== "-") return text.slice(from, at);
	return text.slice(from);
}
