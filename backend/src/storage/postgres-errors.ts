import type { ErrorCode } from "@savepoint/core";
import { SavepointError } from "../errors.js";

/** Where PostgreSQL's SQLSTATEs and its client's codes become codes of the catalogue. */

/** By SQLSTATE or its class; see appendix A of PostgreSQL's manual. */
const BY_PREFIX: readonly (readonly [prefix: string, code: ErrorCode])[] = [
	["23", "STORAGE_CONFLICT"],
	["25006", "STORAGE_READ_ONLY"],
	["28", "STORAGE_PERMISSION"],
	["3D000", "STORAGE_MISSING"],
	["40", "STORAGE_BUSY"],
	["42501", "STORAGE_PERMISSION"],
	["53100", "STORAGE_FULL"],
	["53", "STORAGE_AWAY"],
	["55P03", "STORAGE_BUSY"],
	["57014", "STORAGE_BUSY"],
	["57", "STORAGE_AWAY"],
	["08", "STORAGE_AWAY"],
	["58", "STORAGE_AWAY"],
	["XX001", "STORAGE_CORRUPT"],
	["XX002", "STORAGE_CORRUPT"],
];

/** Codes of the client and of Node's sockets: the server was not there, or went away. */
const AWAY =
	/^(CONNECT|CONNECTION_|ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT)/;

const stateOf = (error: unknown): string =>
	error instanceof Error && "code" in error ? String(error.code) : "";

/** The code of an error that PostgreSQL or its client raised; INTERNAL for anything else. */
export function postgresCode(error: unknown): ErrorCode {
	if (error instanceof SavepointError) return error.code;
	const state = stateOf(error);
	if (AWAY.test(state)) return "STORAGE_AWAY";
	return BY_PREFIX.find(([prefix]) => state.startsWith(prefix))?.[1] ?? "INTERNAL";
}

/** Two transactions stood in each other's way: the same again will pass (P4). */
export const isPassing = (error: unknown): boolean => /^40(001|P01)$/.test(stateOf(error));

/**
 * In words that hold no parameters: PostgreSQL's `detail` has the values of a row, its message and
 * its code have not.
 */
export function postgresReason(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const state = stateOf(error);
	return state === "" ? error.message : `${error.message} (${state})`;
}

export const translatePostgresError = (error: unknown): SavepointError =>
	error instanceof SavepointError
		? error
		: new SavepointError(postgresCode(error), postgresReason(error), { cause: causeOf(error) });

/** The client hangs query and parameters on its errors; those stay out of the log. */
function causeOf(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const cause = new Error(postgresReason(error));
	if (error.stack !== undefined) cause.stack = error.stack;
	return cause;
}
