import type { ErrorBody, ErrorCode } from "@savepoint/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RETRY_AFTER_SECONDS, SavepointError } from "../errors.js";
import { REQUEST_ID_HEADER } from "./request-ids.js";
import { type FailureLog, loggedRequest } from "./request-log.js";

/** What Fastify itself may raise before one of our handlers runs. */
const FRAMEWORK_CODES: ReadonlyMap<string, ErrorCode> = new Map([
	["FST_ERR_CTP_BODY_TOO_LARGE", "BODY_TOO_LARGE"],
	["FST_ERR_CTP_INVALID_JSON_BODY", "BAD_JSON"],
	["FST_ERR_BAD_URL", "BAD_REQUEST"],
	// An id longer than any that we give out.
	["FST_ERR_MAX_PARAM_LENGTH", "SESSION_NOT_FOUND"],
]);

/**
 * Any failure as one of the catalogue that may travel over HTTP; what we do not know is INTERNAL.
 */
export function toSavepointError(error: unknown): SavepointError {
	if (error instanceof SavepointError && error.entry.httpStatus !== null) return error;
	const { code, statusCode } = readFields(error);
	const known = FRAMEWORK_CODES.get(code);
	if (known !== undefined) return new SavepointError(known);
	// A body that broke off, a length that does not fit: the sender's mistake, but none with a
	// name.
	if (statusCode >= 400 && statusCode < 500) return new SavepointError("BAD_REQUEST");
	return new SavepointError("INTERNAL", undefined, { cause: error });
}

export function errorBody(error: SavepointError): ErrorBody {
	return { error: error.message, code: error.code };
}

/**
 * Fastify's error handler: every failure leaves as `{error, code}`, and no detail of an unknown
 * one.
 */
export function createErrorHandler(failures: FailureLog) {
	return (raised: unknown, request: FastifyRequest, reply: FastifyReply): void => {
		const error = toSavepointError(raised);
		const status = error.entry.httpStatus ?? 500;
		if (status >= 500) failures.note(error, () => loggedRequest(request));
		if ((status === 503 || status === 429) && !reply.hasHeader("retry-after"))
			reply.header("retry-after", RETRY_AFTER_SECONDS);
		// What is not even a request's path passes no hook.
		reply.header(REQUEST_ID_HEADER, request.id);
		// The type by hand: a handler may have set another before it failed.
		reply.code(status).type("application/json; charset=utf-8").send(errorBody(error));
	};
}

function readFields(error: unknown): { code: string; statusCode: number } {
	const fields: { code?: unknown; statusCode?: unknown } =
		typeof error === "object" && error !== null ? error : {};
	return {
		code: typeof fields.code === "string" ? fields.code : "",
		statusCode: typeof fields.statusCode === "number" ? fields.statusCode : 0,
	};
}
