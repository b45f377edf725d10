import { type TSchema, Type } from "typebox";

/** What many shapes are put together from. */
export const literals = <T extends string>(values: readonly T[]) =>
	Type.Unsafe<T>({ type: "string", enum: [...values] });
export const Time = Type.String({ format: "date-time" });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
