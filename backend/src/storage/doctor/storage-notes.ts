import { WAL_ALARM_BYTES } from "../../limits.js";
import { assessFileSystem } from "../file-system.js";
import { spaceWarnings } from "../start-warnings.js";
import type { Findings } from "./findings.js";
import type { FileStorage } from "./storage-state.js";

/** What an operator should know about the ground that the database stands on. */
export function noteStorage(directory: string, state: FileStorage, findings: Findings): void {
	const { fileSystem, files, wal, lock, quarantined, markedDamaged } = state;
	const note = (isSo: boolean, sentence: string): void => {
		if (isSo) findings.addNote(sentence);
	};
	// 1. What the next start will not take.
	if (markedDamaged !== null)
		findings.addDamage(`The database is marked as damaged: ${markedDamaged}`);
	if (wal.kind === "damaged") findings.addDamage(`The -wal is damaged: ${wal.reason}.`);
	// 2. Where it lies. Refusing is the server's business; here the sentence is enough.
	if (fileSystem !== null)
		for (const sentence of [
			...assessFileSystem(directory, ALLOW_ALL),
			...spaceWarnings(directory, fileSystem.freeBytes),
		])
			findings.addNote(sentence);
	// 3. What lies beside it.
	note(
		(files.wal ?? 0) > WAL_ALARM_BYTES,
		"The -wal is large: a long-running reader keeps it from being brought home.",
	);
	note(
		files.database !== null && files.reserve === null && !lock.held,
		"There is no reserve file: it was given up for a full disk, or no server has run here yet.",
	);
	note(
		quarantined.length > 0,
		`In quarantine: ${quarantined.length}. Look at what was set aside; remove it when it is no longer needed.`,
	);
	note(
		!lock.held && lock.owner !== null,
		`The last server (process ${lock.owner?.pid}) did not stop in order; nothing that it answered is lost.`,
	);
}

const ALLOW_ALL = { requireVolume: false, allowNetworkFileSystem: true };
