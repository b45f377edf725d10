import { ERROR_CODES } from "@savepoint/core";
import type { RawAnswer } from "./raw-client.js";
import { PLAYER_TEXT } from "./values.js";

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);

/** What is wrong with an answer, whatever was asked; null when nothing is. */
export function judge(answer: RawAnswer, head: boolean): string | null {
	const { status, headers, body } = answer;
	if (!(status >= 100 && status < 600)) return `status ${status}`;
	if (status >= 500 && status !== 503) return `status ${status}: ${body}`;
	if (status === 503 && !headers.has("retry-after")) return "503 without Retry-After";
	if (headers.has("x-evil")) return "a header that the client made up";
	if (head || status === 204 || status === 304 || status === 101) return null;
	const isJson = (headers.get("content-type") ?? "").startsWith("application/json");
	if (status < 400) return isJson ? wrongJson(body) : null;
	if (!isJson) return `status ${status} without JSON: ${body.slice(0, 200)}`;
	return wrongError(status, body);
}

const wrongJson = (body: string): string | null =>
	parse(body) === undefined ? `no JSON: ${body.slice(0, 200)}` : null;

/** Errors say what to do and which they are, and nothing that a player wrote. */
function wrongError(status: number, body: string): string | null {
	const { error, code } = (parse(body) ?? {}) as { error?: unknown; code?: unknown };
	if (typeof error !== "string" || error === "") return `status ${status} without a sentence`;
	if (typeof code !== "string" || !CODES.has(code)) return `status ${status}, code ${code}`;
	return body.includes(PLAYER_TEXT) ? `an error repeats the player: ${body}` : null;
}

export function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
