import type { SqlRow, SqlValue } from "#src/storage/driver.js";
import { UnreadableRow } from "#src/storage/serializers.js";

export interface Souvenir {
	readonly place: number;
	readonly words: readonly string[];
	readonly takenAtMs: number;
}

/** Domain → row, in the order of the statement's parameters. */
export const souvenirParams = (sessionKey: number, souvenir: Souvenir): SqlValue[] => [
	sessionKey,
	souvenir.place,
	JSON.stringify(souvenir.words),
	souvenir.takenAtMs,
];

/** Row → domain, checked. Throws UnreadableRow. */
export function souvenirFromRow(row: SqlRow): Souvenir {
	const words: unknown = JSON.parse(String(row["note"]));
	if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
		throw new UnreadableRow("a souvenir does not read back");
	return { place: Number(row["place"]), words, takenAtMs: Number(row["taken_at"]) };
}
