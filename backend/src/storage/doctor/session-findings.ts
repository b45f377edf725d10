import { generateLevel } from "@savepoint/core";
import type { SqlRow } from "../driver.js";
import { logEntries } from "../packed-log.js";
import { isByPlayer } from "../player-activity.js";
import { encodeMoveType, encodeTerrain, UnreadableRow } from "../serializers.js";
import type { HarmedSession, SessionTally } from "./report.js";
import { type Harm, verifySession } from "./verify-session.js";

export interface SessionRules {
	/** Whether to compare levels with freshly drawn ones. */
	readonly withTerrain: boolean;
	/** Activity after this moment is not counted: it came after the counter was read. */
	readonly activityUntilMs: number;
}

/** What some sessions add up to. */
export interface SessionFindings {
	readonly tally: Omit<SessionTally, "harmed">;
	readonly harmed: HarmedSession[];
	/** Rows that belong to no session, by table and key. */
	readonly strays: Map<string, number>;
	latestActivityAtMs: number | null;
	/** Ids of sessions whose level this version would draw differently. */
	readonly otherTerrain: string[];
}

export const noFindings = (): SessionFindings => ({
	tally: { examined: 0, active: 0, ended: 0, moves: 0, artifacts: 0 },
	harmed: [],
	strays: new Map(),
	latestActivityAtMs: null,
	otherTerrain: [],
});

/** All that is stored of one session beside its row, each in order. */
export interface SessionParts {
	readonly artifacts: readonly SqlRow[];
	/** Rows of `packed_logs`, their `log` as `packed`; both forms only where something went wrong. */
	readonly packed: readonly SqlRow[];
	readonly entries: readonly SqlRow[];
}

const SPAWN_CODE = encodeMoveType("spawn");

/** Verifies one session as it was at one moment, on whatever engine, and adds what it finds. */
export function examineSession(
	found: SessionFindings,
	rules: SessionRules,
	row: SqlRow,
	parts: SessionParts,
): void {
	const { tally } = found;
	// 1. What there is of it.
	tally.examined += 1;
	if (row["result"] === null) tally.active += 1;
	else tally.ended += 1;
	tally.artifacts += parts.artifacts.length;
	noteActivity(found, rules, Number(row["started_at"]));
	// 2. Whether it verifies; what was not read by then still counts as there.
	const harm = verifyParts(found, rules, row, parts);
	if (harm !== null) {
		const sessionKey = Number(row["session_key"]);
		found.harmed.push({ sessionId: String(row["session_id"]), sessionKey, ...harm });
		return;
	}
	// 3. Its row verified, so the level is the one it was created with.
	if (rules.withTerrain && !isDrawnAlike(row)) found.otherTerrain.push(String(row["session_id"]));
}

export function noteStray(found: SessionFindings, table: string, sessionKey: number): void {
	const place = `${table} of session key ${sessionKey}`;
	found.strays.set(place, (found.strays.get(place) ?? 0) + 1);
}

function verifyParts(
	found: SessionFindings,
	rules: SessionRules,
	row: SqlRow,
	{ artifacts, packed, entries }: SessionParts,
): Harm | null {
	let unpacked: SqlRow[];
	try {
		unpacked = logEntries(packed);
	} catch (error) {
		if (!(error instanceof UnreadableRow)) throw error;
		return { reason: error.message, firstBadMove: null };
	}
	// The artifacts of a packed log are in it.
	if (artifacts.length === 0) found.tally.artifacts += unpacked.filter(isAppliedSpawn).length;
	const log = [...unpacked, ...entries];
	for (const entry of log) {
		found.tally.moves += 1;
		if (isByPlayer(entry)) noteActivity(found, rules, Number(entry["recorded_at"]));
	}
	return verifySession(row, artifacts, log);
}

const isAppliedSpawn = (entry: SqlRow): boolean =>
	entry["move_type"] === SPAWN_CODE && entry["refusal"] === null;

function noteActivity(found: SessionFindings, rules: SessionRules, atMs: number): void {
	if (atMs > rules.activityUntilMs) return;
	if (found.latestActivityAtMs === null || atMs > found.latestActivityAtMs)
		found.latestActivityAtMs = atMs;
}

function isDrawnAlike(row: SqlRow): boolean {
	const level = generateLevel(Number(row["seed"]), Number(row["duration_ms"]));
	return encodeTerrain(level) === row["terrain"];
}
