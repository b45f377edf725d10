import type { RecoveryFindings, Uncertainty } from "./findings.js";
import { KEY_MAX } from "./page-reader.js";

/** What the report file says, for people. The JSON beside it holds the same. */
export interface ReportHead {
	readonly at: string;
	readonly whatHappened: string;
	readonly outcome: string;
	readonly whatToDoNext: readonly string[];
}

const NAMED_MAX = 200;

export function recoveryText(head: ReportHead, findings: RecoveryFindings | null): string {
	const lines = [
		`Savepoint: recovery of ${head.at}`,
		"",
		head.whatHappened,
		head.outcome,
		...(findings === null ? [] : findingsText(findings)),
		"",
		"WHAT TO DO NEXT",
		...head.whatToDoNext.map((sentence) => `  - ${sentence}`),
		"",
	];
	return lines.join("\n");
}

function findingsText(findings: RecoveryFindings): string[] {
	const { pages, wal, backup, sessions, moves, tables } = findings;
	return [
		"",
		"WHAT WAS DAMAGED",
		...table([
			["pages of the database", `${pages.total}`],
			["  with rows, damaged", `${pages.damaged.length}`],
			["  damaged, made anew", `${pages.harmless}`],
			["pages read from the -wal", `${wal.framesRead}`],
			["  that do not verify", `${wal.framesLost}`],
			["the -wal", wal.isMissing ? "gone, or another database's" : "present or not needed"],
		]),
		"",
		"WHAT CAME BACK",
		...table([
			["sessions", `${sessions.back}`],
			["  whole", `${sessions.whole}`],
			["  whose row is from the backup", `${sessions.fromBackup}`],
			["moves from the database file", `${moves.file}`],
			["moves from the -wal", `${moves.wal}`],
			["moves from the backup", `${moves.backup}`],
			["backup", backup === null ? "none that fits" : `${backup.name}, taken ${backup.takenAt}`],
			...tables.map(
				({ table: name, salvaged, fromBackup, unproven }) =>
					[
						`rows of ${name}`,
						`${salvaged} salvaged, ${fromBackup} from the backup${unproven > 0 ? `, ${unproven} as found: no checksum proves them` : ""}`,
					] as const,
			),
		]),
		"",
		"WHAT IS LOST",
		...lossText(findings),
	];
}

function lossText({ sessions, uncertain }: RecoveryFindings): string[] {
	if (sessions.harmed.length + sessions.lostKeys.length + uncertain.length === 0)
		return ["  Nothing is known to be lost."];
	const harmed = sessions.harmed
		.slice(0, NAMED_MAX)
		.map(
			(one) =>
				[
					`session ${one.sessionKey}`,
					`moves ${one.lostFromSeq} to ${one.lostToSeq}; ${one.keptMoves} kept; ${
						one.standing === "cut"
							? "plays on from there"
							: "it had ended: its result stands, its log cannot be shown"
					}`,
				] as const,
		);
	const more = sessions.harmed.length - harmed.length;
	return [
		...(sessions.lostKeys.length === 0
			? []
			: [`  sessions that did not come back (keys): ${keysText(sessions.lostKeys)}`]),
		...table(harmed),
		...(more > 0 ? [`  … and ${more} more sessions, all in report.json`] : []),
		...uncertain.map(uncertaintyText),
	];
}

function uncertaintyText({ sentence, fromKey, toKey, activeSessions }: Uncertainty): string {
	const range =
		toKey >= KEY_MAX && fromKey === 0
			? "any session"
			: `sessions ${fromKey} to ${toKey >= KEY_MAX ? "the last" : toKey}`;
	return `  may be missing without a trace, from ${range} (${activeSessions} of them active): ${sentence}`;
}

/** 1, 2, 3, 7 → "1–3, 7". */
export function keysText(keys: readonly number[]): string {
	const parts: string[] = [];
	for (let at = 0; at < keys.length; ) {
		let end = at;
		while (keys[end + 1] === (keys[end] ?? 0) + 1) end += 1;
		parts.push(end === at ? `${keys[at]}` : `${keys[at]}–${keys[end]}`);
		at = end + 1;
	}
	return parts.join(", ");
}

function table(rows: readonly (readonly [name: string, value: string])[]): string[] {
	const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
	return rows.map(([name, value]) => `  ${name.padEnd(width)}${value}`);
}
