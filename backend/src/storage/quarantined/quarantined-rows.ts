import { type SessionStanding, STANDINGS } from "@savepoint/core";
import type { SqlRow, SqlValue, WriteStatement } from "../driver.js";
import { rowChecksum, UnreadableRow } from "../serializers.js";

/** The register of sessions that did not verify: its rows both ways. */

/**
 * - `harmed`: set aside as it is; nobody has tried to rebuild it.
 * - `cut`: rebuilt up to its last move that verifies, and plays on from there.
 * - `kept`: it had ended; its result stands in its row, its log cannot be shown.
 * - `whole`: rebuilt without a loss.
 */
export type Standing = SessionStanding;

export interface QuarantinedSession {
	readonly sessionKey: number;
	readonly noticedAtMs: number;
	readonly standing: Standing;
	/** Why it does not verify, in a few words. */
	readonly reason: string;
	/** Moves that verify; null: nobody has looked. */
	readonly keptMoves: number | null;
	readonly lost: { readonly fromSeq: number; readonly toSeq: number } | null;
	readonly rebuiltAtMs: number | null;
	/** The rows as they were found, as JSON. */
	readonly evidence: string;
}

const VALUES = `(session_key, noticed_at, standing, reason, kept_moves, lost_from_seq, lost_to_seq,
		rebuilt_at, evidence, checksum)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** The first time that it is noticed counts: what was found then is the evidence. */
export const noteQuarantined: WriteStatement = {
	sql: `insert into quarantined_sessions ${VALUES} on conflict (session_key) do nothing`,
	paramCount: 10,
	changes: "any",
};

export const settleQuarantined: WriteStatement = {
	sql: `insert into quarantined_sessions ${VALUES}
		on conflict (session_key) do update set noticed_at = excluded.noticed_at,
			standing = excluded.standing, reason = excluded.reason, kept_moves = excluded.kept_moves,
			lost_from_seq = excluded.lost_from_seq, lost_to_seq = excluded.lost_to_seq,
			rebuilt_at = excluded.rebuilt_at, evidence = excluded.evidence, checksum = excluded.checksum`,
	paramCount: 10,
	changes: 1,
};

export function quarantinedParams(session: QuarantinedSession): SqlValue[] {
	const values: SqlValue[] = [
		session.sessionKey,
		session.noticedAtMs,
		session.standing,
		session.reason,
		session.keptMoves,
		session.lost?.fromSeq ?? null,
		session.lost?.toSeq ?? null,
		session.rebuiltAtMs,
		session.evidence,
	];
	return [...values, rowChecksum(values)];
}

const COLUMNS = [
	"session_key",
	"noticed_at",
	"standing",
	"reason",
	"kept_moves",
	"lost_from_seq",
	"lost_to_seq",
	"rebuilt_at",
	"evidence",
] as const;

/** Throws UnreadableRow. */
export function quarantinedFromRow(row: SqlRow): QuarantinedSession {
	const values = COLUMNS.map((column) => row[column] ?? null);
	if (rowChecksum(values) !== row["checksum"])
		throw new UnreadableRow("a row of the quarantined sessions does not match its checksum");
	return { ...quarantinedHead(row), evidence: String(row["evidence"]) };
}

/** All but the evidence, of a row whose checksum is not looked at. Throws UnreadableRow. */
export function quarantinedHead(row: SqlRow): Omit<QuarantinedSession, "evidence"> {
	const standing = STANDINGS.find((word) => word === row["standing"]);
	if (standing === undefined)
		throw new UnreadableRow("a quarantined session's standing does not read back");
	const { lost_from_seq: fromSeq, lost_to_seq: toSeq } = row;
	return {
		sessionKey: Number(row["session_key"]),
		noticedAtMs: Number(row["noticed_at"]),
		standing,
		reason: String(row["reason"]),
		keptMoves: row["kept_moves"] as number | null,
		lost: typeof fromSeq === "number" && typeof toSeq === "number" ? { fromSeq, toSeq } : null,
		rebuiltAtMs: row["rebuilt_at"] as number | null,
	};
}

/** A session has at most 10,000 moves; what is kept of them must not fill a transaction. */
const EVIDENCE_BYTES_MAX = 512 * 1024;

/** `rows` as JSON, as many as there is room for. */
export function evidenceText(rows: readonly SqlRow[]): string {
	const texts: string[] = [];
	let bytes = 2;
	for (const row of rows) {
		const text = JSON.stringify(row);
		bytes += text.length + 1;
		if (bytes > EVIDENCE_BYTES_MAX) break;
		texts.push(text);
	}
	return `[${texts.join()}]`;
}
