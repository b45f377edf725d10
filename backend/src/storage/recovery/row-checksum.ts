import type { SqlRow } from "../driver.js";
import { rowChecksum } from "../serializers.js";
import type { TableLayout } from "./table-layout.js";

/** A checksum covers every other column of its row, in the order in which they were declared. */
export function matchesChecksum(layout: TableLayout, row: SqlRow): boolean {
	const values = layout.declared
		.filter((column) => column !== "checksum")
		.map((column) => row[column] ?? null);
	return rowChecksum(values) === row["checksum"];
}
