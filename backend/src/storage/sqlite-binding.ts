import type { SqlValue } from "./driver.js";

/** How the parameters of our statements, `$1 … $n`, reach better-sqlite3. */

/** better-sqlite3 binds `$1` by name, from an object whose keys are the numbers. */
export const named = (params: readonly SqlValue[]): Record<string, SqlValue> =>
	Object.fromEntries(params.map((value, at) => [String(at + 1), value]));

/**
 * Binding by position is twice as quick; a WriteStatement names each parameter once and in order.
 */
export function byPosition(sql: string, paramCount: number): string {
	let next = 1;
	const text = sql.replace(/\$(\d+)/g, (_, number: string) => {
		if (Number(number) !== next) throw new Error(`$${number} is out of order in: ${sql}`);
		next += 1;
		return "?";
	});
	if (next - 1 !== paramCount) throw new Error(`${next - 1} parameters, not ${paramCount}: ${sql}`);
	return text;
}
