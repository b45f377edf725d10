import { SavepointError } from "../errors.js";
import type { AnswerSink, SingleAnswer, SingleCall } from "./answers.js";
import type { Decider } from "./decider.js";
import type { LiveSession } from "./session-cache.js";
import { asLogged } from "./session-changes.js";
import { singleAnswer } from "./single-answer.js";

/**
 * Decides a single call of the contract: one move, whose key, if it has one, is its id in the log.
 */
export function decideSingle(
	{ changes, repository, commits, now }: Decider,
	live: LiveSession,
	call: SingleCall,
	sink: AnswerSink<SingleAnswer>,
): void {
	const { record } = live;
	const { key } = call;
	const logged = asLogged(call.body);
	// 1. A stored answer comes first.
	const known = key === null ? undefined : live.keyed.get(key);
	if (known !== undefined) {
		changes.counts.replayed += 1;
		changes.whenDurable(live, sink, () => {
			if (!repository.isSameMove(known, logged))
				sink.fail(new SavepointError("IDEMPOTENCY_KEY_REUSED"));
			else if (known.refusal !== null) sink.fail(new SavepointError(known.refusal));
			else sink.send(singleAnswer(record, call.body, known, known.recordedAtMs), true);
		});
		return;
	}
	// 2. What can be said without storing anything.
	if (record.state.result !== null) {
		changes.whenDurable(live, sink, () => sink.fail(new SavepointError("SESSION_ENDED")));
		return;
	}
	const refusal = commits.refusal();
	if (refusal !== null) {
		sink.fail(refusal);
		return;
	}
	// 3. The rules; a refusal is stored only where a key could bring it back.
	const nowMs = now();
	const code = changes.apply(record, logged, nowMs);
	if (code !== null && (key === null || code === "TOO_MANY_MOVES")) {
		changes.whenDurable(live, sink, () => sink.fail(new SavepointError(code)));
		return;
	}
	// 4. The log, and the answer after the sync.
	const batch = commits.begin();
	changes.appendEntry(batch, live, {
		moveId: key,
		playMs: null,
		recordedAtMs: nowMs,
		body: logged,
		refusal: code,
	});
	const answer = code === null ? singleAnswer(record, call.body, null, nowMs) : null;
	changes.finish(
		batch,
		live,
		{ nowMs },
		{
			committed: () => {
				if (answer !== null) sink.send(answer, false);
				else if (code !== null) sink.fail(new SavepointError(code));
			},
			failed: (error) => sink.fail(error),
		},
	);
}
