import { Type } from "typebox";
import { SavepointError } from "../../errors.js";
import { CONSOLE_PAGE_DEFAULT, CONSOLE_PAGE_MAX, PARAM_LENGTH_MAX } from "../../limits.js";

const LIMIT_RULE = `A whole number from 1 to ${CONSOLE_PAGE_MAX}.`;

/** What every list takes; `after` is the `next` of the page before. */
export const pageFields = {
	after: Type.Optional(Type.String({ maxLength: PARAM_LENGTH_MAX, description: "`next`." })),
	limit: Type.Optional(Type.String({ pattern: "^[0-9]{1,3}$", description: LIMIT_RULE })),
};
export const PageQuery = Type.Object(pageFields);

/** One word of a list. */
export const words = <T extends string>(values: readonly T[]) =>
	Type.Unsafe<T>({ type: "string", enum: [...values] });

/** Throws BAD_REQUEST. */
export function readLimit(text: string | undefined): number {
	const limit = Number(text ?? CONSOLE_PAGE_DEFAULT);
	if (limit >= 1 && limit <= CONSOLE_PAGE_MAX) return limit;
	throw new SavepointError("BAD_REQUEST", `\`limit\` takes ${LIMIT_RULE.toLowerCase()}`);
}
