import type { LoggedMove, SessionStats } from "@savepoint/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { summarise } from "#src/cli/crashtest/crash-report.js";
import { doctorFindings } from "#src/cli/crashtest/doctor-findings.js";
import { contentOf } from "#src/cli/crashtest/ledger.js";
import type { LedgerClaims, SessionClaims } from "#src/cli/crashtest/ledger-reader.js";
import { verifyCounters, verifyCreates } from "#src/cli/crashtest/verify-counters.js";
import { type StoredSession, verifySession } from "#src/cli/crashtest/verify-session.js";

const at = "2026-01-01T00:00:00.000Z";
type Entry = Partial<LoggedMove> & Pick<LoggedMove, "type">;
const logOf = (...entries: readonly Entry[]): LoggedMove[] =>
	entries.map((entry, index) => ({
		seq: index + 1,
		id: `m${index + 1}`,
		at,
		atMs: null,
		applied: true,
		...entry,
	}));

const LOG = logOf(
	{ type: "spawn", artifactId: "a", x: 1, y: 2 },
	{ type: "artifact-status", artifactId: "a", status: "ground", id: null },
	{ type: "deposit", artifactId: "a" },
	{ type: "deposit", artifactId: "a", applied: false, code: "ARTIFACT_NOT_AVAILABLE" },
	{ type: "end", result: "won" },
);
const stored = (moves: readonly LoggedMove[], result: string | null = "won"): StoredSession => ({
	kind: "stored",
	result,
	seq: moves.length,
	moves,
});
/** All of a log, acknowledged. */
const claimsOf = (moves: readonly LoggedMove[]): SessionClaims => ({
	id: "one",
	line: 1,
	moves: moves.map((move, index) => ({
		line: index + 2,
		seq: move.seq,
		id: move.id,
		content: JSON.stringify(contentOf(move, move.applied ? null : (move.code ?? null))),
	})),
	results: [{ line: 90, result: "won" }],
	unkeyedSent: new Map([["artifact-status", 1]]),
});
const kinds = (claims: SessionClaims, session: StoredSession) =>
	verifySession(claims, session).map(({ kind, move, ledgerLine }) => [kind, move, ledgerLine]);

describe("a session against the ledger", () => {
	test("all there, and more that was never acknowledged: nothing is found", () => {
		expect(verifySession(claimsOf(LOG), stored(LOG))).toEqual([]);
		const some = { ...claimsOf(LOG.slice(0, 2)), results: [] };
		expect(verifySession(some, stored(LOG))).toEqual([]);
	});

	test("[A1] an acknowledged move that is gone is lost, with its line", () => {
		const cut = LOG.slice(0, 4);
		expect(kinds(claimsOf(LOG), stored(cut))).toEqual([["lost", "m5", 6]]);
	});

	test("[A1] another content, id, refusal or place is lost, too", () => {
		const changed = (index: number, change: Partial<LoggedMove>) =>
			kinds(claimsOf(LOG), stored(LOG.with(index, { ...(LOG[index] as LoggedMove), ...change })));
		expect(changed(0, { x: 1.001 })).toEqual([["lost", "m1", 2]]);
		expect(changed(1, { status: "flying" })).toEqual([["lost", "#2", 3]]);
		expect(changed(2, { id: "other" })).toEqual([["lost", "m3", 4]]);
		expect(changed(0, { applied: false, code: "TOO_MANY_ARTIFACTS" })).toEqual([["lost", "m1", 2]]);
		const swapped = [LOG[0], LOG[2], LOG[1], LOG[3], LOG[4]] as LoggedMove[];
		const renumbered = swapped.map((move, index) => ({ ...move, seq: index + 1 }));
		const [first] = verifySession(claimsOf(LOG), stored(renumbered));
		expect(first).toMatchObject({ kind: "lost", move: "#2" });
	});

	test("[A1] a whole session that is gone loses each of its acknowledgements", () => {
		const gone = { kind: "missing", reason: "404" } as const;
		expect(kinds(claimsOf(LOG), gone)).toHaveLength(1 + LOG.length + 1);
	});

	test("[A1] another result than acknowledged is lost", () => {
		expect(kinds(claimsOf(LOG), stored(LOG, "abandoned"))).toEqual([["lost", null, 90]]);
	});

	test("[A3] a move id that is there twice is duplicated", () => {
		const twice = [...LOG, { ...(LOG[1] as LoggedMove), id: "m1", seq: 6 }];
		expect(kinds(claimsOf(LOG), stored(twice))).toEqual([["duplicated", "m1", null]]);
	});

	test("[A3] a spawn, a deposit or an end that was applied twice is duplicated", () => {
		for (const index of [0, 2, 4]) {
			const again = { ...(LOG[index] as LoggedMove), id: "again", seq: 6 };
			expect(kinds(claimsOf(LOG), stored([...LOG, again]))).toEqual([
				["duplicated", "again", null],
			]);
		}
	});

	test("[A3] more calls without a key than were sent are duplicated", () => {
		const again = { ...(LOG[1] as LoggedMove), seq: 6 };
		const claims = claimsOf(LOG);
		expect(kinds(claims, stored([...LOG, again]))).toEqual([
			["duplicated", "artifact-status", null],
		]);
		const withUnanswered = { ...claims, unkeyedSent: new Map([["artifact-status", 2]]) };
		expect(kinds(withUnanswered, stored([...LOG, again]))).toEqual([]);
	});

	test("a log with a hole has drifted", () => {
		const holed = { kind: "stored", result: "won", seq: 5, moves: LOG.toSpliced(1, 1) } as const;
		const claims = { ...claimsOf(LOG), moves: [] };
		expect(kinds(claims, holed)).toEqual([["drifted", null, 1]]);
	});

	test("[A1] whatever is cut off a log, exactly what was acknowledged of it is lost", () => {
		const statuses = fc.array(fc.constantFrom("ground", "inAir", "carried"), { maxLength: 30 });
		fc.assert(
			fc.property(statuses, fc.nat(30), fc.nat(30), (list, acknowledged, kept) => {
				const log = logOf(
					...list.map((status) => ({ type: "artifact-status", artifactId: "a", status })),
				);
				const claims = { ...claimsOf(log.slice(0, acknowledged)), results: [] };
				const found = verifySession(claims, stored(log.slice(0, kept), null));
				expect(found).toHaveLength(Math.max(0, claims.moves.length - kept));
			}),
		);
	});
});

describe("the statistics against the ledger", () => {
	const stats: SessionStats = {
		activeCount: 1,
		startedCount: 3,
		endedCount: 2,
		staleEndedCount: 0,
		wonCount: 1,
		lostCount: 0,
		abandonedCount: 1,
		latestCompletedAt: at,
		latestActivityAt: at,
	};
	const sessions = [stored(LOG, "won"), stored(LOG, "abandoned"), stored(LOG, null)];
	const claims = (unansweredCreates = 0): LedgerClaims => ({
		acknowledged: 3,
		sessions: new Map(["one", "two", "three"].map((id) => [id, { ...claimsOf([]), id }])),
		sessionsByKey: new Map(),
		unansweredCreates,
		isTorn: false,
	});
	const drift = (change: Partial<SessionStats>, unansweredCreates = 0) =>
		verifyCounters(claims(unansweredCreates), sessions, { ...stats, ...change }).map(
			({ sentence }) => sentence.split(" ")[0],
		);

	test("[S3] agree", () => {
		expect(drift({})).toEqual([]);
	});

	test("[S3] each counter that is one off has drifted", () => {
		expect(drift({ startedCount: 4, activeCount: 2 })).toEqual(["startedCount"]);
		expect(drift({ startedCount: 2, activeCount: 0 })).toEqual(["startedCount"]);
		expect(drift({ wonCount: 2, endedCount: 3, activeCount: 0 })).toEqual(["wonCount"]);
		expect(drift({ lostCount: 1, endedCount: 3, activeCount: 0 })).toEqual(["lostCount"]);
		expect(drift({ abandonedCount: 0, endedCount: 1, activeCount: 2 })).toEqual(["abandonedCount"]);
		expect(drift({ endedCount: 1, activeCount: 2 })).toEqual(["endedCount"]);
		expect(drift({ activeCount: 2 })).toEqual(["activeCount"]);
	});

	test("[S3] a create that got no answer may have counted, once", () => {
		expect(drift({ startedCount: 4, activeCount: 2 }, 1)).toEqual([]);
		expect(drift({ startedCount: 5, activeCount: 3 }, 1)).toEqual(["startedCount"]);
	});

	test("[A3] two sessions of one create are duplicated", () => {
		const twice = { ...claims(), sessionsByKey: new Map([["k", ["one", "two"]]]) };
		expect(verifyCreates(twice)).toMatchObject([{ kind: "duplicated", session: "two" }]);
		expect(verifyCreates(claims())).toEqual([]);
	});
});

describe("what doctor says of the file", () => {
	type Report = Parameters<typeof doctorFindings>[0];
	const healthy = {
		verdict: "healthy",
		unreadable: null,
		sessions: { examined: 1, active: 1, ended: 0, moves: 0, artifacts: 0, harmed: 0 },
		harmedSessions: [],
		drift: [],
		damage: [],
	} as unknown as Report;

	test("healthy: nothing is found", () => {
		expect(doctorFindings(healthy)).toEqual([]);
	});

	test("[S3] a counter, a harmed session and damage are drift, one each", () => {
		const report: Report = {
			...healthy,
			verdict: "harmed",
			sessions: { ...healthy.sessions, harmed: 1 },
			harmedSessions: [{ sessionId: "one", sessionKey: 1, reason: "its chain", firstBadMove: 3 }],
			drift: [{ name: "won", stored: 1, counted: 2 }],
			damage: ["a page"],
		};
		const found = doctorFindings(report);
		expect(found.map(({ kind, session }) => [kind, session])).toEqual([
			["drifted", null],
			["drifted", "one"],
			["drifted", null],
		]);
		expect(found[0]?.sentence).toContain("won is stored as 1 and counted as 2");
	});

	test("a file that could not be looked at is no verdict", () => {
		const unreadable = { code: "STORAGE_CORRUPT", reason: "not a database" } as const;
		expect(() => doctorFindings({ ...healthy, unreadable })).toThrow("not a database");
	});
});

describe("the verdict", () => {
	test("is not given when nothing was acknowledged", () => {
		const verdict = summarise({ acknowledged: 0, findings: [], failure: null });
		expect(verdict).toMatchObject({ ok: false, failure: expect.stringContaining("nothing") });
		expect(summarise({ acknowledged: 1, findings: [], failure: null }).ok).toBe(true);
	});
});
