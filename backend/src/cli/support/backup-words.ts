import type { BackupEntry } from "../../storage/backups/catalogue.js";
import { bytesText, nounText } from "./words.js";

/** One line of a list. */
export function backupLine({ name, manifest }: BackupEntry): string {
	const { bytes, sessions, moves } = manifest;
	const counted = `${nounText(sessions, "session")}, ${nounText(moves, "move")}`;
	return `${name}  ${counted}, ${bytesText(bytes)}  ${provenText(manifest)}`;
}

export function provenText({ provenAt, proof }: BackupEntry["manifest"]): string {
	if (provenAt === null) return "NOT PROVEN";
	const replayed = nounText(proof?.sessionsReplayed ?? 0, "session");
	return `proven ${provenAt} (${replayed} played again)`;
}

/** What was made or looked at, for people. */
export function backupText(entry: BackupEntry): string[] {
	const { proof } = entry.manifest;
	return [
		backupLine(entry),
		`  in ${entry.directory}`,
		...(proof?.problems ?? []).map((problem) => `  ${problem}`),
		...(proof === null ? [] : [`  verified in ${(proof.tookMs / 1000).toFixed(1)} s`]),
	];
}

export const backupJson = ({ name, directory, manifest }: BackupEntry) => ({
	name,
	directory,
	proven: manifest.provenAt !== null,
	...manifest,
});
