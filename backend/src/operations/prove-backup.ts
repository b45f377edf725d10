import { constants, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
	BACKUP_DATABASE,
	BACKUP_MANIFEST,
	type BackupEntry,
} from "../storage/backups/catalogue.js";
import { type BackupManifest, manifestText } from "../storage/backups/manifest.js";
import { beginUnfinished, endUnfinished, sweepUnfinished } from "../storage/backups/unfinished.js";
import { writeFileDurable } from "../storage/durable-files.js";
import { translateFileError } from "../storage/file-errors.js";
import type { ProofFacts, Prove, TellProgress } from "./proof.js";
import { proveInProcess } from "./prove-in-process.js";
import { demandRoom, SAMPLE_SESSIONS } from "./take-backup.js";

export interface ProveOrder {
	readonly entry: BackupEntry;
	/** Play every session again, not only a sample. */
	readonly full: boolean;
	readonly now: () => number;
	readonly tell?: TellProgress;
	readonly signal?: AbortSignal;
	/** As in `BackupOrder`. */
	readonly prove?: Prove;
}

/** For the sentence about its room. */
export const PROOF = "The proof of a backup";

/**
 * Restores a backup to a scratch file beside it, verifies that, and writes into the manifest what
 * came of it: one that no longer verifies is not proven any more. The backup's own database is only
 * read. Needs the space of one more copy for as long as it takes, unless the file system can share.
 *
 * Rejects with BACKUP_FAILED where there is no room for that copy or it could not be looked at,
 * STORAGE_FULL, STORAGE_PERMISSION …; the manifest then stays as it was.
 */
export async function proveBackup(order: ProveOrder): Promise<BackupEntry> {
	const { entry, full, now, tell = () => undefined, prove = proveInProcess } = order;
	const directory = dirname(entry.directory);
	sweepUnfinished(directory);
	await demandRoom(directory, entry.database, PROOF);
	const scratch = beginUnfinished(directory, `scratch-${entry.name}`);
	try {
		const database = join(scratch, BACKUP_DATABASE);
		copyWhole(entry.database, database);
		const sampleSessions = full ? null : SAMPLE_SESSIONS;
		const facts = await prove({ database, finish: false, sampleSessions }, tell, order.signal);
		return remember(entry, facts, now());
	} finally {
		endUnfinished(scratch);
	}
}

function remember(entry: BackupEntry, facts: ProofFacts, nowMs: number): BackupEntry {
	const problems = [...differences(entry.manifest, facts), ...facts.proof.problems];
	const manifest: BackupManifest = {
		...entry.manifest,
		provenAt: problems.length === 0 ? new Date(nowMs).toISOString() : null,
		proof: { ...facts.proof, problems },
	};
	writeFileDurable(join(entry.directory, BACKUP_MANIFEST), manifestText(manifest));
	return { ...entry, manifest };
}

/** A changed byte that no checksum of ours covers is one all the same. */
function differences(manifest: BackupManifest, facts: ProofFacts): string[] {
	const sentences: string[] = [];
	if (facts.sha256 !== manifest.sha256)
		sentences.push("The file is not the one that was made: its SHA-256 differs.");
	for (const name of ["sessions", "moves", "schemaVersion"] as const)
		if (facts[name] !== manifest[name])
			sentences.push(`The manifest tells of ${manifest[name]} ${name}, there are ${facts[name]}.`);
	return sentences;
}

/** Shared blocks where the file system can, else a copy. */
function copyWhole(from: string, to: string): void {
	try {
		copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
	} catch (error) {
		throw translateFileError(error, to);
	}
}
