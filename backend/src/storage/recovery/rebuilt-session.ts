import type { SqlRow } from "../driver.js";
import type { SessionRecord } from "../ports.js";
import { LogPlayer } from "../rebuild.js";
import { UnreadableRow } from "../serializers.js";
import { checkSessionRow, type SessionRow } from "../session-rows.js";

/** Where a move that came back was found. */
export type MoveSource = "file" | "wal" | "backup";

export interface LogCandidate {
	readonly entry: SqlRow;
	readonly source: MoveSource;
}

/** Everything that is left of one session, good or bad. */
export interface Remains {
	readonly key: number;
	/** Rows that may be the session's, the best source first. */
	readonly rows: readonly SqlRow[];
	/** Logs that were packed as one value: without hashes, so that only the row's can prove them. */
	wholeLogs(): Iterable<readonly LogCandidate[]>;
	/** Entries that may stand at this place of the log. */
	candidates(seq: number): Iterable<LogCandidate>;
	/** The last place of which anything was found; 0: none. */
	readonly lastSeenSeq: number;
}

export interface RebuiltSession {
	readonly record: SessionRecord;
	/** The newest row that matches its checksum; null where the log alone has proven the session. */
	readonly row: SqlRow | null;
	/** The log as far as it verifies. */
	readonly entries: readonly LogCandidate[];
	/**
	 * - `whole`: nothing is known to be missing.
	 * - `cut`: it was active, and is active again as of its last move that verifies.
	 * - `kept`: it had ended; its result stands in a row that verifies, its log has a hole. Its row
	 *   and what is left of its log are kept, it cannot be shown.
	 */
	readonly standing: "whole" | "cut" | "kept";
	/** Moves that are known to have been there and did not come back. */
	readonly lost: { readonly fromSeq: number; readonly toSeq: number } | null;
}

/** The session as far as it verifies; null where nothing proves it: it is lost. */
export function rebuildSession(remains: Remains): RebuiltSession | null {
	const proven = remains.rows.filter(isProven);
	for (const row of proven.length > 0 ? proven : remains.rows) {
		const played = playWhole(row, remains) ?? play(row, remains);
		if (played === null) continue;
		const isProvenByLog = played.entries.length > 0 || isAtItsStart(row, played.record);
		if (proven.length === 0 && !isProvenByLog) continue;
		return conclude(remains, newestOf(proven, row), played);
	}
	return null;
}

const isProven = (row: SqlRow): boolean => {
	try {
		return checkSessionRow(row) !== null;
	} catch {
		return false;
	}
};

/** Without a move yet, the row itself states where its chain begins. */
const isAtItsStart = (row: SqlRow, record: SessionRecord): boolean =>
	row["seq"] === 0 && row["head_hash"] === record.headHash;

type Played = Pick<RebuiltSession, "record" | "entries">;

function playerOf(row: SqlRow): LogPlayer | null {
	try {
		return new LogPlayer(row as SessionRow);
	} catch {
		// An unproven row may hold anything.
		return null;
	}
}

/**
 * A packed log counts when it leads, from the row's fixed fields, to the hash that the row states.
 */
function playWhole(row: SqlRow, remains: Remains): Played | null {
	for (const log of remains.wholeLogs()) {
		const player = playerOf(row);
		if (player === null || log.length === 0) continue;
		const entries = log.map(({ entry, source }) => {
			const taken = take(player, entry);
			return taken === null ? null : { entry: taken, source };
		});
		const { record } = player;
		if (record.headHash === row["head_hash"] && record.seq === row["seq"])
			return { record, entries: entries.filter((one) => one !== null) };
	}
	return null;
}

/** The entry with its hash, or null where it is not the next one. */
function take(player: LogPlayer, entry: SqlRow): SqlRow | null {
	try {
		player.play(entry);
		return { ...entry, hash: player.record.headHash };
	} catch (error) {
		// Without a hash of its own, an entry may hold anything.
		if (error instanceof UnreadableRow || entry["hash"] === null) return null;
		throw error;
	}
}

function play(row: SqlRow, remains: Remains): Played | null {
	const player = playerOf(row);
	if (player === null) return null;
	const entries: LogCandidate[] = [];
	for (;;) {
		const next = takeNext(player, remains);
		if (next === null) return { record: player.record, entries };
		entries.push(next);
	}
}

function takeNext(player: LogPlayer, remains: Remains): LogCandidate | null {
	for (const { entry, source } of remains.candidates(player.record.seq + 1)) {
		const taken = take(player, entry);
		if (taken !== null) return { entry: taken, source };
	}
	return null;
}

/** Rows of the same session only: a key may have been given out twice over a restored backup. */
function newestOf(proven: readonly SqlRow[], chosen: SqlRow): SqlRow | null {
	const same = proven.filter((row) => row["session_id"] === chosen["session_id"]);
	return same.reduce<SqlRow | null>(
		(newest, row) => (newest === null || Number(row["seq"]) > Number(newest["seq"]) ? row : newest),
		null,
	);
}

function conclude(remains: Remains, row: SqlRow | null, played: Played): RebuiltSession {
	const { record } = played;
	const lastSeq = Math.max(remains.lastSeenSeq, Number(row?.["seq"] ?? 0));
	const isMissing = record.state.result === null && lastSeq > record.seq;
	const hadEnded = record.state.result === null && row !== null && row["result"] !== null;
	return {
		...played,
		row,
		standing: hadEnded ? "kept" : isMissing ? "cut" : "whole",
		lost: isMissing || hadEnded ? { fromSeq: record.seq + 1, toSeq: lastSeq } : null,
	};
}
