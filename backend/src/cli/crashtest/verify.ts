import type { Finding } from "./findings.js";
import { HttpCaller } from "./http-call.js";
import type { LedgerClaims } from "./ledger-reader.js";
import { ServerRing } from "./server-ring.js";
import { readStats, readStoredSession } from "./stored-sessions.js";
import { verifyCounters, verifyCreates } from "./verify-counters.js";
import { type StoredSession, verifySession } from "./verify-session.js";

const READERS = 8;

/**
 * Asks the live servers, in turn, for all that the ledger says was acknowledged, and for the
 * statistics. Throws SERVER_UNREACHABLE when one does not answer.
 */
export async function verifyLive(
	claims: LedgerClaims,
	urls: readonly string[],
	onSession: (done: number, total: number) => void,
): Promise<Finding[]> {
	const http = new HttpCaller(new ServerRing(urls), READERS);
	const findings: Finding[] = [];
	const results: StoredSession[] = [];
	const waiting = claims.sessions.values();
	const readOneAfterAnother = async () => {
		for (const session of waiting) {
			const stored = await readStoredSession(http, session.id);
			findings.push(...verifySession(session, stored));
			// Of a session that was compared only the result is needed any more.
			results.push(stored.kind === "stored" ? { ...stored, moves: [] } : stored);
			onSession(results.length, claims.sessions.size);
		}
	};
	try {
		await Promise.all(Array.from({ length: READERS }, readOneAfterAnother));
		const stats = await readStats(http);
		return [...findings, ...verifyCreates(claims), ...verifyCounters(claims, results, stats)];
	} finally {
		http.close();
	}
}
