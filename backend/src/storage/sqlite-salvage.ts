import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { SavepointError } from "../errors.js";
import { compareRecord, type Migration } from "./migrate.js";
import { carve } from "./recovery/carve.js";
import type { DamagedPage } from "./recovery/page-reader.js";
import type { TableLayout } from "./recovery/table-layout.js";
import type { InstanceReading, WalSalts } from "./sqlite-instance.js";
import { readInstance } from "./sqlite-instance.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { SalvagePages, salvagedPageSize } from "./sqlite-salvage-pages.js";
import { LOG_TABLES, migrateConnection, Scratch } from "./sqlite-salvage-scratch.js";
import { type SalvagedWal, salvageWal } from "./sqlite-salvage-wal.js";

/** What was found in a database that was set aside. */
export interface Salvaged {
	/** In the newest schema; close it and remove its file when done. */
	readonly scratch: Scratch;
	readonly instance: InstanceReading;
	readonly pageCount: number;
	readonly damaged: readonly DamagedPage[];
	readonly layouts: readonly TableLayout[];
	readonly wal: { framesRead: number; framesLost: number; isMissing: boolean };
}

export interface SalvageOptions {
	/** Holds the database, its -wal and its instance file, as far as there were any. */
	readonly directory: string;
	readonly paths: DatabasePaths;
	readonly known: readonly Migration[];
	readonly onProgress: (done: number, total: number) => void;
}

/**
 * Reads every row that proves itself out of the files that were set aside, which are only read,
 * never opened as a database, and stay byte for byte as they are.
 *
 * @throws STORAGE_NEWER_SCHEMA where a later release wrote them; STORAGE_FULL; STORAGE_IO.
 */
export async function salvage(options: SalvageOptions): Promise<Salvaged> {
	const first = await salvageAs(options, options.known);
	// The rows lie as the schema of their time said: a second time by that, where it was another.
	const version = foundVersion(first.scratch, options.known);
	if (version === null || version === options.known.at(-1)?.version) return first;
	first.scratch.connection.close();
	const past = options.known.filter((migration) => migration.version <= version);
	const second = await salvageAs(options, past);
	second.scratch.connection.exec("delete from schema_migrations");
	recordHistory(second.scratch, past);
	await migrateConnection(second.scratch.connection, options.known);
	return second;
}

export const scratchPath = (paths: DatabasePaths): string => `${paths.database}.salvage`;

export function removeScratch(paths: DatabasePaths): void {
	for (const suffix of ["", "-wal", "-shm", "-journal"])
		rmSync(scratchPath(paths) + suffix, { force: true });
}

async function salvageAs(
	options: SalvageOptions,
	migrations: readonly Migration[],
): Promise<Salvaged> {
	const { directory, paths, onProgress } = options;
	const place = (path: string): string => join(directory, basename(path));
	const instance = readInstance(place(paths.instance));
	// 1. Which -wal belongs to it.
	const pageSize = salvagedPageSize(place(paths.database));
	const found = salvageWal(place(paths.wal), pageSize);
	const wal = isOwnWal(instance, found) ? found : null;
	// 2. Every row of every page.
	removeScratch(paths);
	const scratch = await Scratch.create(scratchPath(paths), migrations);
	const files = { database: place(paths.database), wal: place(paths.wal) };
	const reader = new SalvagePages(files, pageSize, wal);
	try {
		scratch.begin();
		const damaged = carve({
			reader,
			layouts: scratch.layouts,
			lockPage: reader.lockPage,
			chained: LOG_TABLES,
			sink: (layout, row, origin) => scratch.add(layout, row, origin),
			onProgress,
		});
		scratch.finish();
		return {
			scratch,
			instance,
			pageCount: reader.pageCount,
			damaged,
			layouts: scratch.layouts,
			wal: {
				framesRead: wal?.committed.length ?? 0,
				framesLost: wal?.lostFrames ?? 0,
				isMissing: isWalMissing(instance, wal),
			},
		};
	} finally {
		reader.close();
	}
}

/** The salts that a -wal of this database can have; see `sqlite-instance.ts`. */
function isOwnWal(reading: InstanceReading, wal: SalvagedWal): boolean {
	if (reading.kind !== "read") return true;
	const { state, walSalts } = reading.instance;
	if (state === "closed") return false;
	if (walSalts === null || wal.salts === null || state === "creating" || state === "opening")
		return true;
	return isSameOrNext(walSalts, wal.salts);
}

const isSameOrNext = (recorded: WalSalts, found: WalSalts): boolean =>
	(found[0] === recorded[0] && found[1] === recorded[1]) || found[0] === (recorded[0] + 1) >>> 0;

/** It was in use, so there was one, and what it held was acknowledged. */
const isWalMissing = (reading: InstanceReading, wal: SalvagedWal | null): boolean =>
	reading.kind === "read" &&
	reading.instance.state === "open" &&
	(wal === null || wal.committed.length === 0);

/** The schema that the rows were written in; null: nothing tells, so it is taken for the newest. */
function foundVersion(scratch: Scratch, known: readonly Migration[]): number | null {
	const newest = known.at(-1)?.version ?? 0;
	let version: number | null = null;
	for (const row of scratch.history) {
		const own = known.find((one) => compareRecord(row, one) !== "other");
		if (own !== undefined) version = Math.max(version ?? 0, own.version);
		else if (row.version > newest && /^[0-9a-f]{64}$/.test(row.checksum)) {
			scratch.connection.close();
			throw new SavepointError(
				"STORAGE_NEWER_SCHEMA",
				`The damaged database has migration ${row.version} (${row.name}), which this version does ` +
					"not know; start the release that wrote it, which goes on with the recovery.",
			);
		}
	}
	return version;
}

function recordHistory(scratch: Scratch, past: readonly Migration[]): void {
	const insert = scratch.connection.prepare(
		"insert into schema_migrations (version, name, checksum, applied_at) values (?, ?, ?, ?)",
	);
	for (const { version, name, checksum } of past) insert.run(version, name, checksum, 0);
}
