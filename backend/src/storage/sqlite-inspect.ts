import { closeSync, openSync } from "node:fs";
import type { ErrorCode } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import { translateFileError } from "./file-errors.js";
import { checkAccess, fileBytes } from "./sqlite-access.js";
import {
	APPLICATION_ID,
	DATABASE_HEADER_BYTES,
	type DatabaseHeader,
	parseDatabaseHeader,
} from "./sqlite-header.js";
import {
	type InstanceFile,
	type InstanceReading,
	readInstance,
	type WalSalts,
} from "./sqlite-instance.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import { inspectWal, readFully, type SoundWal, type WalInspection } from "./sqlite-wal.js";

export { APPLICATION_ID } from "./sqlite-header.js";

export type Inspection =
	/** Nothing was ever stored here: create it. */
	| { readonly kind: "fresh" }
	/** SQLite may open it. `instance` is null where its file is absent or unreadable. */
	| {
			readonly kind: "sound";
			readonly instance: InstanceFile | null;
			readonly warnings: readonly string[];
	  }
	/** The database file is gone although there was one: `recoverDatabase`. */
	| { readonly kind: "missing"; readonly reason: string }
	/** `recoverDatabase`. */
	| { readonly kind: "corrupt"; readonly reason: string }
	/** Not damage: stop with this code, touch nothing (B4). */
	| { readonly kind: "refused"; readonly code: ErrorCode; readonly reason: string };

const corrupt = (reason: string): Inspection => ({ kind: "corrupt", reason });

const readStart = (path: string): Uint8Array => {
	try {
		const descriptor = openSync(path, "r");
		try {
			const start = new Uint8Array(DATABASE_HEADER_BYTES);
			return start.subarray(0, readFully(descriptor, start, 0));
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		throw translateFileError(error, path);
	}
};

const holdsFrames = (wal: WalInspection): boolean =>
	wal.kind === "damaged" || (wal.kind === "sound" && wal.committedFrameCount > 0);

const inspectWithoutDatabase = (
	paths: DatabasePaths,
	instance: InstanceReading,
	isEmptied: boolean,
): Inspection => {
	const wal = inspectWal(paths.wal);
	const isFirstStart = instance.kind === "read" && instance.instance.state === "creating";
	const isKnown = instance.kind !== "absent" && !isFirstStart;
	if (isEmptied && isKnown)
		return corrupt(
			`${paths.database} has no bytes, although its instance file says it was in use.`,
		);
	if (isKnown)
		return {
			kind: "missing",
			reason: `${paths.database} is gone, although its instance file says it was in use.`,
		};
	const walBytes = fileBytes(paths.wal) ?? 0;
	if (walBytes > 0 && (!isFirstStart || holdsFrames(wal)))
		return corrupt(
			`${paths.wal} holds data, but ${paths.database} ${isEmptied ? "has no bytes" : "is gone"}.`,
		);
	return { kind: "fresh" };
};

const foreign = (paths: DatabasePaths, applicationId: number): Inspection => ({
	kind: "refused",
	code: "STORAGE_FOREIGN",
	reason:
		`${paths.database} is a SQLite database of another program (application id ` +
		`0x${applicationId.toString(16).padStart(8, "0")}); it was not touched. Choose another place ` +
		"with SAVEPOINT_DB_PATH, or move that file away.",
});

/** One bit or two apart: no other program's id comes that near by chance. */
const isNearlyOurs = (applicationId: number): boolean => {
	let differing = (applicationId ^ APPLICATION_ID) >>> 0;
	let bits = 0;
	for (; differing > 0; differing >>>= 1) bits += differing & 1;
	return bits <= 2;
};

const isNextSalt = (recorded: WalSalts, found: WalSalts): boolean =>
	found[0] === (recorded[0] + 1) >>> 0;

/** Whether the -wal is the one that this database left behind; a sentence where it is not. */
const findWalStranger = (instance: InstanceFile, wal: WalInspection): string | null => {
	const { state, walSalts } = instance;
	if (state === "creating" || state === "opening") return null;
	if (wal.kind !== "sound") return null;
	if (state === "closed")
		return wal.committedFrameCount > 0
			? "The database was shut down cleanly, yet there is a -wal with data: it is of " +
					"another database."
			: null;
	if (walSalts === null) return null;
	const isSame = wal.salts[0] === walSalts[0] && wal.salts[1] === walSalts[1];
	// SQLite adds one to the first salt at each reset, and a reset is recorded before the next can
	// come.
	if (isSame || isNextSalt(walSalts, wal.salts)) return null;
	return "The -wal is of another database: its salts are not the recorded ones.";
};

/** Page 1 of the -wal replaces the database's own: it must be one of ours. */
const findForeignWal = (header: DatabaseHeader, wal: SoundWal): string | null => {
	if (wal.committedFrameCount === 0) return null;
	if (wal.pageSize !== header.pageSize)
		return "The -wal is of another database: its pages have another size.";
	if (wal.firstPage === null) return null;
	const page = parseDatabaseHeader(wal.firstPage);
	if (page.kind === "read" && page.header.applicationId === APPLICATION_ID) return null;
	return "The -wal is of another database: it brings another program's header.";
};

/**
 * Every page must stand in the file or in the -wal. The file may well be shorter than the database:
 * a checkpoint that has not run yet, or was cut off, leaves its last pages in the -wal only.
 */
const findMissingPage = (
	bytes: number,
	header: DatabaseHeader,
	wal: SoundWal | null,
): string | null => {
	const { pageSize } = header;
	const wholePages = Math.floor(bytes / pageSize);
	const committed = wal?.databasePages ?? null;
	if (committed === null && bytes % pageSize !== 0)
		return "The file does not end at the end of a page: it was cut off or written over.";
	// SQLite keeps its lock bytes at 1 GiB and never writes the page that holds them.
	const lockPage = Math.floor(0x4000_0000 / pageSize) + 1;
	const pageCount = committed ?? header.pageCount ?? wholePages;
	for (let page = wholePages + 1; page <= pageCount; page++)
		if (page !== lockPage && wal?.committedPages.has(page) !== true)
			return (
				`The file was cut off: it has ${wholePages} of ${pageCount} pages and page ${page} ` +
				"is nowhere."
			);
	return null;
};

const holdsHotJournal = (paths: DatabasePaths): boolean =>
	(fileBytes(paths.journal) ?? 0) > 0 && readStart(paths.journal)[0] !== 0;

/**
 * No damage by itself: a program that opens the database after a kill (the sqlite3 shell is enough)
 * brings the -wal home and removes it. But a -wal that was deleted looks the same.
 */
const warnOfVanishedWal = (
	paths: DatabasePaths,
	instance: InstanceFile,
	wal: WalInspection,
): string[] => {
	if (instance.state !== "open" || wal.kind === "sound") return [];
	return [
		`${paths.wal} is ${wal.kind === "empty" ? "empty" : "gone"}, although the database was in ` +
			"use when its last server ended. If another program (a database shell, a backup tool) " +
			"has opened the database since, it has brought its changes home and nothing is lost. " +
			"If the file was deleted or emptied, the last changes that were acknowledged are lost: " +
			"compare the sessions with what you expect, or with a backup.",
	];
};

const warningsFor = (paths: DatabasePaths, instance: InstanceReading): string[] => {
	if (instance.kind === "absent")
		return [
			`There is no ${paths.instance}: whether the database's last changes are here ` +
				"cannot be told. A new one is written.",
		];
	if (instance.kind === "unreadable")
		return [`${paths.instance} cannot be read (${instance.reason}). A new one is written.`];
	return [];
};

const inspectFile = (paths: DatabasePaths, bytes: number, reading: InstanceReading): Inspection => {
	const instance = reading.kind === "read" ? reading.instance : null;
	const isFirstStart = instance?.state === "creating";

	// 1. What kind of file it is.
	const start = parseDatabaseHeader(readStart(paths.database));
	if (start.kind === "not-sqlite")
		return corrupt(`${paths.database} does not start as a SQLite database does.`);
	if (start.kind === "damaged") {
		const isForeign = start.applicationId !== null && start.applicationId !== APPLICATION_ID;
		if (reading.kind === "absent" && isForeign) return foreign(paths, start.applicationId);
		return corrupt(`${paths.database} is damaged: ${start.reason}.`);
	}
	const { header } = start;
	const { applicationId } = header;
	if (isFirstStart && applicationId === 0 && header.isBlank) return { kind: "fresh" };

	// 2. Whose it is. Before its first checkpoint our own id may stand in the -wal only.
	const wal = inspectWal(paths.wal);
	const walStart = wal.kind === "sound" && wal.firstPage && parseDatabaseHeader(wal.firstPage);
	const isOursByWal =
		walStart && walStart.kind === "read" && walStart.header.applicationId === APPLICATION_ID;
	const isYoung = applicationId === 0 && header.isBlank && isOursByWal;
	if (applicationId !== APPLICATION_ID && !isYoung)
		return reading.kind !== "absent" && isNearlyOurs(applicationId)
			? corrupt(`${paths.database} is damaged: a bit of its application id is not as it must be.`)
			: foreign(paths, applicationId);

	// 3. Whether what SQLite would apply to it is its own and whole.
	if (wal.kind === "damaged") return corrupt(`${paths.wal} is damaged: ${wal.reason}.`);
	if (
		header.isWalMode &&
		holdsHotJournal(paths) &&
		!(isFirstStart || instance?.state === "opening")
	)
		return corrupt(`${paths.journal} is not of this database, and SQLite would roll it back.`);
	const sound = wal.kind === "sound" ? wal : null;
	const fault =
		(instance && findWalStranger(instance, wal)) ??
		(sound && findForeignWal(header, sound)) ??
		findMissingPage(bytes, header, sound);
	if (fault !== null) return corrupt(fault);
	const vanished = instance === null ? [] : warnOfVanishedWal(paths, instance, wal);
	return { kind: "sound", instance, warnings: [...warningsFor(paths, reading), ...vanished] };
};

/**
 * Looks at a database as bytes, before SQLite opens it and under the directory's lock (G6), in time
 * proportional to its -wal. Creates, writes and renames nothing. Never call it in a process that
 * has the database open: closing the file would drop SQLite's locks. Never throws for what it
 * finds.
 */
export function inspectDatabase(paths: DatabasePaths): Inspection {
	try {
		if (!checkAccess(paths)) return { kind: "fresh" };
		const instance = readInstance(paths.instance);
		if (instance.kind === "newer")
			return {
				kind: "refused",
				code: "STORAGE_NEWER_SCHEMA",
				reason:
					`${paths.instance} was written by a newer version (format ` +
					`${instance.formatVersion}); run that version or a newer one.`,
			};
		const bytes = fileBytes(paths.database);
		if (bytes === null || bytes === 0) return inspectWithoutDatabase(paths, instance, bytes === 0);
		return inspectFile(paths, bytes, instance);
	} catch (error) {
		if (!(error instanceof SavepointError)) throw error;
		return { kind: "refused", code: error.code, reason: error.message };
	}
}
