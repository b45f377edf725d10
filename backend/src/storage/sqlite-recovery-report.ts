import { join } from "node:path";
import { writeFileDurable } from "./durable-files.js";
import type { RecoveryReport } from "./ports.js";
import { outcomeSentence, type RecoveryFindings, tallyOf } from "./recovery/findings.js";
import { keysText, type ReportHead, recoveryText } from "./recovery/report-text.js";
import { REPORT_TEXT } from "./set-aside-files.js";
import type { DatabasePaths } from "./sqlite-paths.js";
import type { SetAside } from "./sqlite-quarantine.js";

/** For programs; `report.txt` is for people. Both lie beside what was set aside. */
const JSON_NAME = "report.json";

export interface Told {
	readonly whatHappened: string;
	/** null: nothing came back, an empty database begins. */
	readonly findings: RecoveryFindings | null;
	/** Roads that were tried and did not lead there. */
	readonly failures: readonly string[];
}

export function reportOf(aside: SetAside, told: Told): RecoveryReport {
	const { at, reason, directory } = aside;
	const outcome =
		told.findings === null
			? "Nothing of it came back. The server goes on with a new, empty database."
			: outcomeSentence(told.findings);
	return {
		at,
		reason,
		quarantine: directory,
		outcome,
		tally: told.findings && tallyOf(told.findings),
	};
}

/** Durable before the new database has its name, so that no loss goes untold. */
export function writeReports(paths: DatabasePaths, aside: SetAside, told: Told): void {
	if (aside.directory === null) return;
	const { findings, failures, whatHappened } = told;
	const { outcome } = reportOf(aside, told);
	const head: ReportHead = {
		at: aside.at,
		whatHappened: `${whatHappened} ${aside.reason}`,
		outcome,
		whatToDoNext: remedies(paths, told),
	};
	const shown = findings && {
		...findings,
		sessions: { ...findings.sessions, lostKeysText: keysText(findings.sessions.lostKeys) },
	};
	const json = { ...head, progress: "done", failures, findings: shown, tally: tallyOrNull(told) };
	const text = recoveryText(head, findings);
	writeFileDurable(join(aside.directory, JSON_NAME), `${JSON.stringify(json, null, "\t")}\n`);
	writeFileDurable(join(aside.directory, REPORT_TEXT), text);
}

const tallyOrNull = ({ findings }: Told) => findings && tallyOf(findings);

function remedies(paths: DatabasePaths, { findings, failures }: Told): string[] {
	const harmed = findings?.sessions.harmed ?? [];
	const isAnythingLost =
		findings === null ||
		harmed.length + findings.sessions.lostKeys.length + findings.uncertain.length > 0;
	return [
		"Keep this directory until you are content with what came back. Examine only a copy of it: any program that opens a database changes it.",
		"Look at the disk (its SMART values, the kernel's log) and at who else can write to the data directory: the damage has a cause.",
		...(isAnythingLost
			? [
					`An older backup may hold what is missing: \`savepoint backups list\` shows them; proven ones in ${paths.backupDirectory} are used by themselves.`,
				]
			: []),
		...(harmed.some(({ standing }) => standing === "kept")
			? [
					"Sessions whose result stands without a log answer SESSION_HARMED; `savepoint repair` tries again when a better source is there.",
				]
			: []),
		...failures.map((failure) => `Tell the makers of Savepoint: ${failure}`),
	];
}
