import Database, { type Database as Connection } from "better-sqlite3";
import type { SqlRow } from "./driver.js";
import type { TableFindings } from "./recovery/findings.js";
import { matchesChecksum } from "./recovery/row-checksum.js";
import type { TableLayout } from "./recovery/table-layout.js";
import { LOG_TABLES, readLayouts, type Scratch } from "./sqlite-salvage-scratch.js";

/** Sessions, their logs and what follows from them have roads of their own. */
const OWN_ROAD: ReadonlySet<string> = new Set([
	...LOG_TABLES,
	"sessions",
	"artifacts",
	"logs_to_pack",
	"service",
	"session_stats",
	"schema_migrations",
]);

/**
 * Every other kind of data: a row whose checksum verifies comes back, from the salvage first and
 * then from the backup. A table without checksums comes from the backup first; what the backup does
 * not have is taken as it was found, and counted as unproven. Returns what there is to say of each
 * table.
 */
export function fillTables(
	to: Connection,
	scratch: Scratch | null,
	backup: Connection | null,
): TableFindings[] {
	const tables = readLayouts(to).filter(
		({ isTable, table }) => isTable && !table.startsWith("sqlite_") && !OWN_ROAD.has(table),
	);
	const copy = (from: Connection | null, layout: TableLayout): number =>
		from === null ? 0 : copyRows(from, to, layout);
	const salvage = scratch?.connection ?? null;
	return tables.map((layout) => {
		const { table } = layout;
		if (layout.declared.includes("checksum")) {
			const salvaged = copy(salvage, layout);
			return { table, salvaged, fromBackup: copy(backup, layout), unproven: 0 };
		}
		const fromBackup = copy(backup, layout);
		return { table, salvaged: 0, fromBackup, unproven: copy(salvage, layout) };
	});
}

function copyRows(from: Connection, to: Connection, layout: TableLayout): number {
	const { table, declared } = layout;
	const hasChecksum = declared.includes("checksum");
	const insert = to.prepare(
		`insert into ${table} (${declared.join()}) values (${declared.map(() => "?").join()})
			on conflict do nothing`,
	);
	let copied = 0;
	const copy = to.transaction(() => {
		for (const row of from.prepare(`select * from ${table}`).iterate() as Iterable<SqlRow>) {
			if (hasChecksum && !matchesChecksum(layout, row)) continue;
			copied += insertRow(
				insert,
				declared.map((column) => row[column]),
			);
		}
	});
	copy();
	return copied;
}

/** A row that another table must know and does not is left out. */
function insertRow(insert: Database.Statement, values: readonly unknown[]): number {
	try {
		return insert.run(...values).changes;
	} catch (error) {
		if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT"))
			return 0;
		throw error;
	}
}
