import type { SessionStats } from "@savepoint/core";
import type { Finding } from "./findings.js";
import type { LedgerClaims } from "./ledger-reader.js";
import type { StoredSession } from "./verify-session.js";

/**
 * Compares the statistics with the ledger's own count of starts and with the results that the
 * sessions themselves show. Calls without a key that got no answer leave a range; all else must
 * fit exactly.
 */
export function verifyCounters(
	claims: LedgerClaims,
	stored: Iterable<StoredSession>,
	stats: SessionStats,
): Finding[] {
	const results = countResults(stored);
	const known = claims.sessions.size;
	const unknown = claims.unansweredCreates;
	// A session of an unanswered create has no player; only the server itself can have ended it.
	const endedUnseen = Math.min(unknown, stats.staleEndedCount);
	return [
		within("startedCount", stats.startedCount, [known, known + unknown]),
		within("wonCount", stats.wonCount, [results.won, results.won]),
		within("lostCount", stats.lostCount, [results.lost, results.lost]),
		within("abandonedCount", stats.abandonedCount, [
			results.abandoned,
			results.abandoned + endedUnseen,
		]),
		within("endedCount", stats.endedCount, exactly(endedOf(stats))),
		within("activeCount", stats.activeCount, exactly(stats.startedCount - stats.endedCount)),
	].filter((finding) => finding !== null);
}

/** Two sessions of one Idempotency-Key: one create that counted twice. */
export function verifyCreates({ sessionsByKey }: LedgerClaims): Finding[] {
	return [...sessionsByKey.values()].flatMap((ids) =>
		ids.slice(1).map((id) => ({
			kind: "duplicated" as const,
			session: id,
			move: null,
			ledgerLine: null,
			sentence: `made by the same create as session ${ids[0]}`,
		})),
	);
}

type Range = readonly [min: number, max: number];
const exactly = (value: number): Range => [value, value];
const endedOf = (stats: SessionStats): number =>
	stats.wonCount + stats.lostCount + stats.abandonedCount;

function within(name: keyof SessionStats, said: number, [min, max]: Range): Finding | null {
	if (said >= min && said <= max) return null;
	const expected = min === max ? `${min}` : `${min} to ${max}`;
	return {
		kind: "drifted",
		session: null,
		move: null,
		ledgerLine: null,
		sentence: `${name} is ${said}; ledger and sessions give ${expected}`,
	};
}

function countResults(sessions: Iterable<StoredSession>) {
	const counts = { won: 0, lost: 0, abandoned: 0 };
	for (const session of sessions) {
		if (session.kind !== "stored") continue;
		const { result } = session;
		if (result === "won" || result === "lost" || result === "abandoned") counts[result] += 1;
	}
	return counts;
}
