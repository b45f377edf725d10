import {
	type Artifact,
	applyMove,
	type MoveBody,
	newSession,
	type RefusalCode,
	remainingArtifacts,
	scoreOf,
	setState,
	stateHash,
	stateHashHalves,
} from "@savepoint/core";
import { artifactIdFor } from "../ids.js";
import type { SqlRow } from "./driver.js";
import { chainHash, chainLinkOf } from "./hashes.js";
import type { KeyedEntry, LoggedBody, SessionRecord, SetBody, StoredSession } from "./ports.js";
import { decodeMoveType, decodePayload, decodeTerrain, UnreadableRow } from "./serializers.js";
import {
	artifactFromRow,
	checkSessionRow,
	type SessionRow,
	sessionGenesis,
} from "./session-rows.js";

/** The move as the rules take it: with the artifact's id where the log leaves it to be derived. */
export const bodyToPlay = (
	body: Exclude<LoggedBody, SetBody>,
	sessionId: string,
	seq: number,
	recordedAtMs: number,
): MoveBody =>
	body.type === "spawn"
		? { ...body, artifactId: body.artifactId ?? artifactIdFor(sessionId, seq, recordedAtMs) }
		: body;

/** What is remembered of a keyed entry, taken right after it was decided. */
export const keyedEntry = (
	record: SessionRecord,
	entry: Pick<KeyedEntry, "moveType" | "payload" | "recordedAtMs" | "refusal">,
): KeyedEntry => {
	const [hashHigh, hashLow] = stateHashHalves(record.state);
	return {
		seq: record.seq,
		recordedAtMs: entry.recordedAtMs,
		moveType: entry.moveType,
		payload: entry.payload,
		refusal: entry.refusal,
		score: scoreOf(record.state),
		remaining: remainingArtifacts(record.state),
		deposited: record.state.depositedCount,
		hashHigh,
		hashLow,
	};
};

/**
 * Plays a session's log from its level, entry by entry. What it has taken verifies: the chain
 * begins at the row's fixed fields, so these are proven by the first entry, whatever else the row
 * says.
 */
export class LogPlayer {
	readonly record: SessionRecord;
	readonly keyed = new Map<string, KeyedEntry>();
	/** What was packed has neither hashes nor artifacts of its own: the row vouches for both. */
	isPacked = false;
	/** An operator put a state in its place. */
	wasSet = false;

	/** Throws UnreadableRow where the row holds no level. */
	constructor(row: SessionRow) {
		this.record = startOf(row);
		this.record.headHash = sessionGenesis(this.record);
	}

	/** Takes the next entry, or throws UnreadableRow and is as it was. */
	play(entry: SqlRow): void {
		const { record } = this;
		const seq = record.seq + 1;
		// 1. The chain: this entry, in this place, unchanged.
		if (entry["seq"] !== seq) throw new UnreadableRow(`move ${seq} is missing`);
		const link = chainLinkOf(entry);
		const refusal = link.refusal as RefusalCode | null;
		const headHash = chainHash(record.headHash, link);
		if (entry["hash"] === null) this.isPacked = true;
		else if (headHash !== entry["hash"])
			throw new UnreadableRow(`move ${seq} does not match its hash`);
		// 2. The rules: what it did when it was decided, it does again.
		const type = decodeMoveType(link.moveType);
		const body = decodePayload(type, link.payload);
		if (refusal === null) applyLogged(record, body, { seq, recordedAtMs: link.recordedAtMs });
		// 3. The record.
		if (isSet(body)) this.wasSet = true;
		record.seq = seq;
		record.headHash = headHash;
		record.lastPlayMs = Math.max(record.lastPlayMs, link.playMs ?? 0);
		if (link.moveId !== null) this.keyed.set(link.moveId, keyedEntry(record, { ...link, refusal }));
	}
}

/**
 * Rebuilds a session from its row's fixed fields and its log, and holds the result against the
 * stored snapshot: the one piece of code that loading, doctor and every proof of a copy use. Each
 * step throws UnreadableRow with the first thing that does not verify.
 */
export class Rebuild {
	readonly #row: SessionRow;
	readonly #artifacts: readonly Artifact[];
	readonly #player: LogPlayer;

	constructor(row: SqlRow, artifactRows: readonly SqlRow[]) {
		this.#row = checkSessionRow(row);
		this.#artifacts = artifactRows.map(artifactFromRow);
		this.#player = new LogPlayer(this.#row);
		this.#compareAtSnapshot();
	}

	get seq(): number {
		return this.#player.record.seq;
	}

	/** As of the entry that was fed last; not yet held against the end of the log. */
	get standing(): Readonly<SessionRecord> {
		return this.#player.record;
	}

	/** The next entries of the log, in order, as `logEntries` makes them. */
	feed(entries: readonly SqlRow[]): void {
		for (const entry of entries) {
			this.#player.play(entry);
			this.#compareAtSnapshot();
		}
	}

	/** After the whole log was fed. */
	finish(): StoredSession {
		const { record, keyed, isPacked, wasSet } = this.#player;
		if (record.seq < record.snapshotSeq)
			throw new UnreadableRow(
				`the log ends at move ${record.seq}, the snapshot stands at ${record.snapshotSeq}`,
			);
		// Only an operator's entry goes on where a packed log ends.
		if (isPacked && !wasSet && record.seq > record.snapshotSeq)
			throw new UnreadableRow("the packed log goes on after the session's end");
		if (record.state.result !== this.#row.result)
			throw new UnreadableRow("row and log disagree on how the session ended");
		return { record, keyed };
	}

	#compareAtSnapshot(): void {
		const { record, isPacked } = this.#player;
		if (record.seq !== record.snapshotSeq) return;
		if (record.headHash !== this.#row.head_hash)
			throw new UnreadableRow(
				`the log up to move ${record.seq} is not the one the row was made of`,
			);
		if (stateHash(record.state) !== this.#row.state_hash)
			throw new UnreadableRow(`the moves up to ${record.seq} do not lead to the stored state`);
		const isLeftOut = isPacked && this.#artifacts.length === 0;
		if (!isLeftOut && !sameArtifacts([...record.state.artifacts.values()], this.#artifacts))
			throw new UnreadableRow("the stored artifacts are not those of the moves");
	}
}

function applyLogged(
	record: SessionRecord,
	body: LoggedBody,
	{ seq, recordedAtMs }: { readonly seq: number; readonly recordedAtMs: number },
): void {
	if (isSet(body)) {
		applySet(record, body);
		return;
	}
	const outcome = applyMove(record.state, bodyToPlay(body, record.id, seq, recordedAtMs));
	if (!outcome.applied)
		throw new UnreadableRow(`move ${seq} was applied once and is refused by the rules now`);
	if (body.type !== "end") return;
	record.endedAtMs = recordedAtMs;
	record.stale = body.stale;
}

const isSet = (body: LoggedBody): body is SetBody => "asOf" in body;

function applySet(record: SessionRecord, body: SetBody): void {
	try {
		setState(record.state, body);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new UnreadableRow("a restore holds artifacts that no moves could lead to");
	}
	record.endedAtMs = body.endedAtMs;
	record.stale = body.stale;
	record.lastPlayMs = body.lastPlayMs;
	record.pausedMs = body.pausedMs;
	record.playLeadMs = 0;
}

const startOf = (row: SessionRow): SessionRecord => ({
	key: Number(row.session_key),
	id: String(row.session_id),
	createKey: row.create_key as string | null,
	level: decodeTerrain(String(row.terrain)),
	startedAtMs: Number(row.started_at),
	downtimeBaseMs: Number(row.downtime_base_ms),
	state: newSession(Number(row.seed), Number(row.duration_ms)),
	endedAtMs: null,
	stale: false,
	seq: 0,
	headHash: "",
	lastPlayMs: 0,
	pausedMs: 0,
	playLeadMs: 0,
	snapshotSeq: Number(row.seq),
});

const sameArtifacts = (played: readonly Artifact[], stored: readonly Artifact[]): boolean =>
	played.length === stored.length &&
	played.every((artifact, at) => {
		const other = stored[at];
		return (
			other !== undefined &&
			artifact.id === other.id &&
			artifact.index === other.index &&
			artifact.xFixed === other.xFixed &&
			artifact.yFixed === other.yFixed &&
			artifact.status === other.status
		);
	});
