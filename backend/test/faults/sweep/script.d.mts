import type { NormalMove } from "@savepoint/core";

export const FIRST_KEY: string;
export const SECOND_KEY: string;
export function moveAt(number: number): NormalMove;
