import { SavepointError } from "../../errors.js";
import type { DoctorReport } from "../../storage/doctor/report.js";
import type { Finding } from "./findings.js";

/**
 * What doctor, which reads the database by itself, found wrong in it: each is drift, as the live
 * servers' answers are compared with the ledger elsewhere. Throws SavepointError when doctor
 * could not look.
 */
export function doctorFindings(report: DoctorReport): Finding[] {
	if (report.unreadable !== null)
		throw new SavepointError(report.unreadable.code, `doctor: ${report.unreadable.reason}`);
	const drifted = (session: string | null, sentence: string): Finding => ({
		kind: "drifted",
		session,
		move: null,
		ledgerLine: null,
		sentence: `doctor: ${sentence}`,
	});
	const unlisted = report.sessions.harmed - report.harmedSessions.length;
	const found = [
		...report.drift.map(({ name, stored, counted }) =>
			drifted(null, `${name} is stored as ${stored} and counted as ${counted}`),
		),
		...report.harmedSessions.map(({ sessionId, reason }) => drifted(sessionId, reason)),
		...report.damage.map((sentence) => drifted(null, sentence)),
		...(unlisted > 0 ? [drifted(null, `${unlisted} more sessions do not verify`)] : []),
	];
	const isUnexplained = report.verdict !== "healthy" && found.length === 0;
	return isUnexplained ? [drifted(null, `the database is ${report.verdict}`)] : found;
}
