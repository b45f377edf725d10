import { readFileSync } from "node:fs";

const TAIL_LINES = 15;

/** The last lines of a log, indented; empty when there is none. */
export function tailOf(logPath: string): string {
	let text: string;
	try {
		text = readFileSync(logPath, "utf8");
	} catch {
		return "";
	}
	return text
		.trimEnd()
		.split("\n")
		.slice(-TAIL_LINES)
		.map((line) => `  ${line}`)
		.join("\n");
}
