import { ERROR_CODES, type ErrorCode } from "@savepoint/core";
import type { FinalFailure, RetryFailure } from "./types.js";

/** What the promises of the client reject with. */
export class ClientError extends Error {
	override readonly name = "ClientError";
	readonly code: ErrorCode | "CLIENT_CLOSED";

	constructor(code: ErrorCode | "CLIENT_CLOSED", message: string) {
		super(message);
		this.code = code;
	}
}

/**
 * Sending the same again can never help. Everything else is tried again, also what no server of
 * ours said: while one is deployed, proxies answer with 404s and pages of their own.
 */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
	"BAD_REQUEST",
	"BAD_JSON",
	"BODY_TOO_LARGE",
	"IDEMPOTENCY_KEY_INVALID",
	"IDEMPOTENCY_KEY_REUSED",
	"SESSION_NOT_FOUND",
	"SESSION_HARMED",
]);
const KNOWN_CODES: ReadonlySet<string> = new Set(ERROR_CODES);

const isErrorCode = (value: unknown): value is ErrorCode =>
	typeof value === "string" && KNOWN_CODES.has(value);

/** Sorts the server's word on a failure into "try again" and "never again". */
export function failureOf(
	said: { readonly code: unknown; readonly error: unknown },
	retryAfterMs: number | null,
): RetryFailure | FinalFailure {
	const code = isErrorCode(said.code) ? said.code : null;
	if (code === null || !FINAL_CODES.has(code)) return { kind: "retry", code, retryAfterMs };
	return { kind: "final", code, reason: typeof said.error === "string" ? said.error : code };
}

export const NO_ANSWER: RetryFailure = { kind: "retry", code: null, retryAfterMs: null };
