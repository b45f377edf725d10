import {
	formatStateHash,
	fromFixed,
	remainingArtifacts,
	scoreOf,
	stateHash,
} from "@savepoint/core";
import { artifactIdFor } from "../ids.js";
import type { KeyedEntry, SessionRecord } from "../storage/ports.js";
import type { SingleAnswer, SingleBody } from "./answers.js";

/**
 * The answer of a single call that was applied: of the entry just decided (`known` null: the record
 * is as that entry left it), or the first answer again, from what the log remembers of it.
 * `recordedAtMs` is the entry's own time, which a spawned artifact's id begins with.
 */
export function singleAnswer(
	record: SessionRecord,
	body: SingleBody,
	known: KeyedEntry | null,
	recordedAtMs: number,
): SingleAnswer {
	const seq = known?.seq ?? record.seq;
	const saved = {
		seq,
		stateHash:
			known === null ? stateHash(record.state) : formatStateHash(known.hashHigh, known.hashLow),
		durable: true,
	} as const;
	switch (body.type) {
		case "spawn":
			return {
				artifact: {
					id: artifactIdFor(record.id, seq, recordedAtMs),
					position: { x: fromFixed(body.xFixed), y: fromFixed(body.yFixed) },
					status: "inAir",
				},
				...saved,
			};
		case "artifact-status":
			return { ok: true, ...saved };
		case "deposit":
			return {
				score: known?.score ?? scoreOf(record.state),
				remainingArtifacts: known?.remaining ?? remainingArtifacts(record.state),
				...saved,
			};
		case "end":
			return {
				finalScore: known?.score ?? scoreOf(record.state),
				artifactsDeposited: known?.deposited ?? record.state.depositedCount,
				result: record.state.result ?? "abandoned",
				...saved,
			};
	}
}
