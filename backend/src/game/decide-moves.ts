import {
	type MovesAnswer,
	type NormalMove,
	type Receipt,
	type RefusalCode,
	stateHash,
} from "@savepoint/core";
import type { CommitWaiter, SessionRecord, SessionRepository } from "../storage/ports.js";
import type { AnswerSink } from "./answers.js";
import type { Decider } from "./decider.js";
import type { LiveSession } from "./session-cache.js";
import { asLogged } from "./session-changes.js";

export interface MoveBatch {
	readonly moves: readonly NormalMove[];
	/** The live connection that sent it, if one did. */
	readonly origin: object | null;
}

/**
 * Decides a batch of moves in the client's own order. A refused move is an answer: the batch goes
 * on.
 */
export function decideMoves(
	{ changes, repository, commits, now }: Decider,
	live: LiveSession,
	batch: MoveBatch,
	sink: AnswerSink<MovesAnswer>,
): void {
	const { moves, origin } = batch;
	const { record } = live;
	const isNew = (move: NormalMove) => !live.keyed.has(move.id);
	// 1. Nothing to store: every move is known, or comes after the end.
	if (record.state.result !== null || !moves.some(isNew)) {
		const answer = answerOf(
			record,
			moves.map(
				(move) => knownReceipt(repository, live, move) ?? refusedUnlogged(move, "SESSION_ENDED"),
			),
		);
		changes.counts.replayed += moves.filter((move) => !isNew(move)).length;
		changes.whenDurable(live, sink, () => sink.send(answer, false));
		return;
	}
	const refusal = commits.refusal();
	if (refusal !== null) {
		sink.fail(refusal);
		return;
	}
	// 2. Each move in the client's own order.
	const nowMs = now();
	const writes = commits.begin();
	const seqBefore = record.seq;
	const receipts = moves.map((move): Receipt => {
		const known = knownReceipt(repository, live, move);
		if (known !== null) {
			changes.counts.replayed += 1;
			return known;
		}
		if (record.state.result !== null) return refusedUnlogged(move, "SESSION_ENDED");
		const logged = asLogged(move.body);
		const code = changes.apply(record, logged, nowMs);
		if (code === "TOO_MANY_MOVES") return refusedUnlogged(move, code);
		changes.appendEntry(writes, live, {
			moveId: move.id,
			playMs: move.atMs,
			recordedAtMs: nowMs,
			body: logged,
			refusal: code,
		});
		return code === null
			? { id: move.id, applied: "now", seq: record.seq }
			: { id: move.id, applied: "refused", seq: record.seq, code };
	});
	// 3. One change, one answer, after the sync.
	const answer = answerOf(record, receipts);
	const waiter: CommitWaiter = {
		committed: () => sink.send(answer, false),
		failed: (error) => sink.fail(error),
	};
	if (record.seq === seqBefore) changes.whenDurable(live, sink, waiter.committed);
	else changes.finish(writes, live, { nowMs, origin }, waiter);
}

/** The first answer again, for a move that the log has; null for a new one. */
function knownReceipt(
	repository: SessionRepository,
	live: LiveSession,
	move: NormalMove,
): Receipt | null {
	const known = live.keyed.get(move.id);
	if (known === undefined) return null;
	const { seq } = known;
	if (!repository.isSameMove(known, asLogged(move.body)))
		return { id: move.id, applied: "refused", seq, code: "IDEMPOTENCY_KEY_REUSED" };
	return known.refusal === null
		? { id: move.id, applied: "before", seq }
		: { id: move.id, applied: "refused", seq, code: known.refusal };
}

const answerOf = (record: SessionRecord, receipts: Receipt[]): MovesAnswer => ({
	receipts,
	seq: record.seq,
	stateHash: stateHash(record.state),
	durable: true,
});

/**
 * After the end, or beyond the last place of the log: nothing to remember, nothing can apply later.
 */
const refusedUnlogged = (move: NormalMove, code: RefusalCode): Receipt => ({
	id: move.id,
	applied: "refused",
	seq: 0,
	code,
});
