import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import type { DoctorReport } from "../storage/doctor/report.js";
import { examine } from "../storage/sqlite-doctor.js";
import { finishCopy } from "../storage/sqlite-finish-copy.js";
import { readCopyFacts } from "../storage/upkeep.js";
import type { ProofFacts, ProofRequest, TellProgress } from "./proof.js";

const HARMED_NAMED_MAX = 20;

/**
 * Verifies a copy of a database as doctor does, and says what is in it. Changes nothing but what
 * `finish` asks for. Rejects where the file cannot be opened at all; what does not verify is told
 * in `proof.problems`.
 */
export async function proveCopy(request: ProofRequest, tell: TellProgress): Promise<ProofFacts> {
	const { database, sampleSessions } = request;
	const startedAtMs = performance.now();
	// 1. The file itself, as it will stay.
	if (request.finish) finishCopy(database);
	const sha256 = await hashFile(database, tell);
	// 2. What is in it.
	const report = await examine(
		database,
		{ harmedListMax: HARMED_NAMED_MAX, ...(sampleSessions === null ? {} : { sampleSessions }) },
		{ onProgress: tell },
	);
	const facts = readCopyFacts(database);
	return {
		...facts,
		bytes: statSync(database).size,
		sha256,
		proof: {
			depth: sampleSessions === null ? "full" : "sample",
			tookMs: Math.round(performance.now() - startedAtMs),
			sessionsReplayed: report.replayed,
			problems: problemsOf(report),
		},
	};
}

export async function hashFile(path: string, tell: TellProgress): Promise<string> {
	const total = statSync(path).size;
	const hash = createHash("sha256");
	let done = 0;
	for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
		hash.update(chunk);
		done += chunk.length;
		tell({ step: "sha256", done, total });
	}
	return hash.digest("hex");
}

/** By key and never by id: an id is a capability, and a manifest is copied about. */
function problemsOf({ verdict, ...report }: DoctorReport): string[] {
	if (verdict === "healthy") return [];
	if (report.unreadable !== null) return [report.unreadable.reason];
	const unnamed = report.sessions.harmed - report.harmedSessions.length;
	return [
		...report.damage,
		...report.drift.map(
			({ name, stored, counted }) => `Counter ${name}: stored ${stored}, counted ${counted}.`,
		),
		...report.harmedSessions.map(
			({ sessionKey, reason }) => `The session with key ${sessionKey}: ${reason}.`,
		),
		...(unnamed > 0 ? [`${unnamed} more sessions do not verify.`] : []),
	];
}
