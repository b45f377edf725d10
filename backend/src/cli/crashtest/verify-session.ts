import type { LoggedMove } from "@savepoint/core";
import type { Finding } from "./findings.js";
import { contentOf } from "./ledger.js";
import type { MoveClaim, SessionClaims } from "./ledger-reader.js";

/** A session as the server shows it after the last restart. */
export type StoredSession =
	| { readonly kind: "missing"; readonly reason: string }
	| {
			readonly kind: "stored";
			readonly result: string | null;
			readonly seq: number;
			readonly moves: readonly LoggedMove[];
	  };
type Stored = Extract<StoredSession, { kind: "stored" }>;

/**
 * Compares what was acknowledged of a session with what is stored of it. Moves without an
 * acknowledgement may be there or not; none may be there twice.
 */
export function verifySession(claims: SessionClaims, stored: StoredSession): Finding[] {
	if (stored.kind === "missing") return everythingLost(claims, stored.reason);
	return [
		...lostMoves(claims, stored),
		...lostResults(claims, stored),
		...duplicatedMoves(claims, stored),
		...brokenLog(claims, stored),
	];
}

const nameOf = ({ id, seq }: Pick<MoveClaim, "id" | "seq">): string => id ?? `#${seq}`;

function everythingLost(claims: SessionClaims, reason: string): Finding[] {
	const { id, line, moves, results } = claims;
	const lost = (move: string | null, ledgerLine: number, what: string): Finding => ({
		kind: "lost",
		session: id,
		move,
		ledgerLine,
		sentence: `${what} was acknowledged; ${reason}`,
	});
	return [
		...(line === null ? [] : [lost(null, line, "the session")]),
		...moves.map((move) => lost(nameOf(move), move.line, `entry ${move.seq}`)),
		...results.map((result) => lost(null, result.line, `the result "${result.result}"`)),
	];
}

function lostMoves(claims: SessionClaims, { moves }: Stored): Finding[] {
	const bySeq = new Map(moves.map((move) => [move.seq, move]));
	return claims.moves.flatMap((claim): Finding[] => {
		const there = bySeq.get(claim.seq);
		if (there !== undefined && there.id === claim.id && storedContent(there) === claim.content)
			return [];
		const elsewhere = claim.id === null ? undefined : moves.find(({ id }) => id === claim.id);
		const has = there === undefined ? "nothing" : `${there.id ?? "no id"} ${storedContent(there)}`;
		const also =
			elsewhere === undefined || elsewhere.seq === claim.seq
				? ""
				: `; the move stands at ${elsewhere.seq}`;
		return [
			{
				kind: "lost",
				session: claims.id,
				move: nameOf(claim),
				ledgerLine: claim.line,
				sentence: `entry ${claim.seq} was acknowledged as ${claim.content}; the server has ${has} there${also}`,
			},
		];
	});
}

const storedContent = (move: LoggedMove): string =>
	JSON.stringify(contentOf(move, move.applied ? null : (move.code ?? "refused")));

const lostResults = (claims: SessionClaims, stored: Stored): Finding[] =>
	claims.results
		.filter(({ result }) => result !== stored.result)
		.map(({ line, result }) => ({
			kind: "lost",
			session: claims.id,
			move: null,
			ledgerLine: line,
			sentence: `the result "${result}" was acknowledged; the server has ${JSON.stringify(stored.result)}`,
		}));

function duplicatedMoves(claims: SessionClaims, { moves }: Stored): Finding[] {
	const twice = (move: string, sentence: string): Finding => ({
		kind: "duplicated",
		session: claims.id,
		move,
		ledgerLine: null,
		sentence,
	});
	const applied = moves.filter((move) => move.applied);
	const surplus = (of: readonly LoggedMove[], keyOf: (move: LoggedMove) => string | null) =>
		repeated(of, keyOf).map((move) => ({ move, key: keyOf(move) ?? "" }));
	return [
		...surplus(moves, ({ id }) => id).map(({ move, key }) =>
			twice(key, `the log has this move again at entry ${move.seq}`),
		),
		...surplus(applied, (move) => onceOnly(move)).map(({ move, key }) =>
			twice(nameOf(move), `"${key}" happened before and once more at entry ${move.seq}`),
		),
		...unkeyedSurplus(claims, applied).map(({ type, stored, sent }) =>
			twice(type, `${sent} calls "${type}" without a key were sent; the log has ${stored}`),
		),
	];
}

/** What can happen once in a session, whoever asks for it how often. */
function onceOnly({ type, artifactId }: LoggedMove): string | null {
	if (type === "end") return "end";
	return type === "artifact-status" ? null : `${type} ${artifactId ?? ""}`;
}

/** All but the first of those with the same key. */
function repeated(
	moves: readonly LoggedMove[],
	keyOf: (move: LoggedMove) => string | null,
): LoggedMove[] {
	const seen = new Set<string>();
	return moves.filter((move) => {
		const key = keyOf(move);
		if (key === null) return false;
		if (seen.has(key)) return true;
		seen.add(key);
		return false;
	});
}

/**
 * Ends are left out: the server itself ends a session that everybody left, and no session ends
 * twice.
 */
function unkeyedSurplus({ unkeyedSent }: SessionClaims, applied: readonly LoggedMove[]) {
	const stored = new Map<string, number>();
	for (const { id, type } of applied)
		if (id === null && type !== "end") stored.set(type, (stored.get(type) ?? 0) + 1);
	return [...stored]
		.map(([type, count]) => ({ type, stored: count, sent: unkeyedSent.get(type) ?? 0 }))
		.filter(({ stored: count, sent }) => count > sent);
}

function brokenLog(claims: SessionClaims, { seq, moves }: Stored): Finding[] {
	const isWhole = moves.length === seq && moves.every((move, index) => move.seq === index + 1);
	if (isWhole) return [];
	return [
		{
			kind: "drifted",
			session: claims.id,
			move: null,
			ledgerLine: claims.line,
			sentence: `the session says ${seq} entries; its log shows ${moves.length}, not numbered 1 to ${seq}`,
		},
	];
}
