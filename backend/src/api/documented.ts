import { ERROR_CODES, type ErrorCode } from "@savepoint/core";
import { type TSchema, Type } from "typebox";
import { ERRORS } from "../errors.js";

/** Codes that any call may answer, whatever it does. */
const ANY_CALL: readonly ErrorCode[] = [
	"BAD_REQUEST",
	"REQUEST_TIMEOUT",
	"INTERNAL",
	"SHUTTING_DOWN",
];

/** Codes of a storage that cannot answer a read now. */
const READ_TROUBLE: readonly ErrorCode[] = [
	"STORAGE_BUSY",
	"STORAGE_AWAY",
	"STORAGE_RECOVERING",
	"STORAGE_IO",
	"STORAGE_CORRUPT",
];

/** Codes that any call that writes may answer. */
const WRITE_TROUBLE: readonly ErrorCode[] = [
	...READ_TROUBLE,
	"BAD_JSON",
	"BODY_TOO_LARGE",
	"RATE_LIMITED",
	"IDEMPOTENCY_KEY_INVALID",
	"IDEMPOTENCY_KEY_REUSED",
	"STORAGE_OVERLOADED",
	"STORAGE_FULL",
	"STORAGE_READ_ONLY",
	"STORAGE_CONFLICT",
	"OUTCOME_UNKNOWN",
];

export const readErrors = (...codes: ErrorCode[]): Record<number, TSchema> =>
	byStatus([...ANY_CALL, ...READ_TROUBLE, ...codes]);
export const writeErrors = (...codes: ErrorCode[]): Record<number, TSchema> =>
	byStatus([...ANY_CALL, ...WRITE_TROUBLE, ...codes]);
/** For calls that touch no storage. */
export const plainErrors = (...codes: ErrorCode[]): Record<number, TSchema> =>
	byStatus([...ANY_CALL, ...codes]);

/** One documented response for each HTTP status, naming every code that can come with it. */
function byStatus(codes: readonly ErrorCode[]): Record<number, TSchema> {
	const responses: Record<number, TSchema> = {};
	for (const status of new Set(codes.map((code) => ERRORS[code].httpStatus))) {
		if (status === null) continue;
		const here = ERROR_CODES.filter(
			(code) => codes.includes(code) && ERRORS[code].httpStatus === status,
		);
		const description = here.map((code) => `\`${code}\`: ${ERRORS[code].sentence}`).join("\n\n");
		responses[status] = Type.Object(
			{ error: Type.String(), code: Type.Unsafe<ErrorCode>({ type: "string", enum: here }) },
			{ description },
		);
	}
	return responses;
}

export interface SessionRoute {
	Params: { id: string };
}
