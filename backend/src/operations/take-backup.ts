import { join } from "node:path";
import { SavepointError } from "../errors.js";
import { BACKUP_SPARE_BYTES } from "../limits.js";
import {
	BACKUP_DATABASE,
	BACKUP_MANIFEST,
	type BackupEntry,
	backupName,
	readBackup,
} from "../storage/backups/catalogue.js";
import { type BackupManifest, manifestText } from "../storage/backups/manifest.js";
import { beginUnfinished, endUnfinished, sweepUnfinished } from "../storage/backups/unfinished.js";
import { readDiskUse } from "../storage/disk-use.js";
import { makeDirectoryDurable, renameDurable, writeFileDurable } from "../storage/durable-files.js";
import { VERSION } from "../version.js";
import type { ProofFacts, Prove, TellProgress } from "./proof.js";
import { proveInProcess } from "./prove-in-process.js";

/** Sessions that are played again before a backup counts, unless all of them are asked for. */
export const SAMPLE_SESSIONS = 2_048;

export interface BackupOrder {
	/** The directory of the backups. Made where it is missing. */
	readonly directory: string;
	/** Why it is made: a word for its name. */
	readonly label: string;
	/** The database, by whose size the room for its copy is told. It is not opened. */
	readonly source: string;
	/** Writes the copy: the driver's `copyTo` beside running writes, or a look at a file at rest. */
	readonly copyTo: (target: string, tell: (done: number, total: number) => void) => Promise<void>;
	/** Play every session again, not only a sample. */
	readonly full: boolean;
	readonly now: () => number;
	readonly tell?: TellProgress;
	readonly signal?: AbortSignal;
	/** What verifies the copy; not given: a process of its own. */
	readonly prove?: Prove;
}

/**
 * Makes a backup and proves it (B1). It has its name, and counts, only when copy, verification and
 * manifest are done and synced; a kill at any moment leaves a directory that counts as nothing and
 * is swept by the next backup. A copy that does not verify is kept, as not proven, because it may
 * be all there is of the newest sessions; look at `manifest.proof.problems`.
 *
 * Rejects with BACKUP_FAILED, SHUTTING_DOWN, STORAGE_FULL, STORAGE_IO, STORAGE_PERMISSION …; then
 * nothing of it stays.
 */
export async function takeBackup(order: BackupOrder): Promise<BackupEntry> {
	const { directory, now, full, tell = () => undefined, prove = proveInProcess } = order;
	makeDirectoryDurable(directory);
	sweepUnfinished(directory);
	await demandRoom(directory, order.source);
	// Ends with what was answered until the copy is done, and a little more.
	const startedAt = new Date(now());
	const name = backupName(startedAt, order.label);
	const making = beginUnfinished(directory, name);
	try {
		// 1. The copy.
		const database = join(making, BACKUP_DATABASE);
		await order.copyTo(database, (done, total) => tell({ step: "copy", done, total }));
		// 2. The copy is restored to where it is, and looked at as a database of its own.
		const sampleSessions = full ? null : SAMPLE_SESSIONS;
		const facts = await prove({ database, finish: true, sampleSessions }, tell, order.signal);
		// 3. The manifest last, then the name.
		const manifest = manifestOf(order, startedAt, facts);
		writeFileDurable(join(making, BACKUP_MANIFEST), manifestText(manifest));
		const target = join(directory, name);
		renameDurable(making, target);
		const entry = readBackup(target, name);
		if (entry === null) throw new SavepointError("BACKUP_FAILED", `${target} is not whole.`);
		return entry;
	} finally {
		endUnfinished(making);
	}
}

/**
 * A backup must not be what fills the disk that the players' moves go to. Rejects with
 * BACKUP_FAILED.
 */
export async function demandRoom(
	directory: string,
	source: string,
	what = "A backup",
): Promise<void> {
	const [{ databaseBytes }, { freeBytes }] = await Promise.all([
		readDiskUse(source),
		readDiskUse(join(directory, BACKUP_DATABASE)),
	]);
	if (databaseBytes === null || freeBytes === null) return;
	const needBytes = databaseBytes + BACKUP_SPARE_BYTES;
	if (freeBytes >= needBytes) return;
	const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
	throw new SavepointError(
		"BACKUP_FAILED",
		`${what} needs ${mib(needBytes)}, and ${directory} has ${mib(freeBytes)} left. Make room, or name a directory on another disk in SAVEPOINT_BACKUP_DIR.`,
	);
}

function manifestOf(order: BackupOrder, startedAt: Date, facts: ProofFacts): BackupManifest {
	const { proof, ...content } = facts;
	return {
		format: 1,
		label: order.label,
		createdAt: startedAt.toISOString(),
		appVersion: VERSION,
		...content,
		provenAt: proof.problems.length === 0 ? new Date(order.now()).toISOString() : null,
		proof,
	};
}
