import type { Session } from "@savepoint/core";
import { Backoff, CALL_BACKOFF, type PatientCall, untilAnswered } from "./backoff.js";
import { ClientError } from "./errors.js";
import { answersBatch, type Batch, MoveQueue } from "./move-queue.js";
import { creatingRecord, type PlayingRecord, playingRecord, readRecord } from "./record.js";
import { isOlder, type RolledBack } from "./roll-back.js";
import type { Setup } from "./setup.js";
import type { FinalFailure, MovesOutcome } from "./types.js";

export interface OpenedSession {
	readonly session: Session;
	/** Not null: the server is older than what it had told before the reload. */
	readonly rolledBack: RolledBack | null;
}

/** A new session; or the one whose create got lost on its way. See `SavepointClient.start`. */
export async function openSession(
	setup: Setup,
	durationSeconds: number | null,
): Promise<OpenedSession> {
	const { storage, storageKey } = setup;

	// What an earlier session still has to say comes first: its win must not be lost for a new game.
	const record = readRecord(await storage.get(storageKey));
	if (record?.state === "playing") await deliverLeftovers(setup, record);

	// A create that may have arrived is sent again with its own key.
	const isRepeated = record?.state === "creating" && record.durationSeconds === durationSeconds;
	const session = await create(setup, durationSeconds, isRepeated ? record.key : newKey());
	if (!isRepeated || (await isActive(setup, session.sessionId)))
		return { session, rolledBack: null };

	// The lost create is long over. The player asked for a game, not for that one.
	return { session: await create(setup, durationSeconds, newKey()), rolledBack: null };
}

/**
 * The stored session after its waiting moves were delivered; null: see `SavepointClient.resume`.
 */
export async function reopenSession(setup: Setup): Promise<OpenedSession | null> {
	const record = readRecord(await setup.storage.get(setup.storageKey));
	if (record?.state !== "playing") return null;
	const failure = await deliverLeftovers(setup, record);
	if (failure !== null) return nullOrThrow(failure);
	const { http } = setup;
	const outcome = await untilAnswered(() => http.readSession(record.sessionId), patient(setup));
	if (outcome.kind === "final") return nullOrThrow(outcome);
	return { session: outcome.answer, rolledBack: rolledBackSince(record, outcome.answer) };
}

/** What was waiting has been delivered by now, on top of the older state. */
function rolledBackSince(record: PlayingRecord, session: Session): RolledBack | null {
	const { acknowledged, moves } = record;
	if (acknowledged === undefined) return null;
	const { generation, seq } = session;
	const before = Math.max(0, seq - moves.length);
	if (!isOlder({ generation, seq: before }, acknowledged)) return null;
	return { resent: 0, lost: acknowledged.seq - before, seq };
}

async function create(setup: Setup, durationSeconds: number | null, key: string): Promise<Session> {
	const { http, storage, storageKey } = setup;
	await tryToStore(setup, creatingRecord(key, durationSeconds));
	const outcome = await untilAnswered(
		() => http.createSession(durationSeconds, key),
		patient(setup),
	);
	if (outcome.kind === "final") {
		// Kept, the key would make every later start fail in the same way.
		await storage.remove(storageKey);
		throw new ClientError(outcome.code, outcome.reason);
	}
	await tryToStore(setup, playingRecord(outcome.answer.sessionId, [], outcome.answer));
	return outcome.answer;
}

async function isActive(setup: Setup, sessionId: string): Promise<boolean> {
	const outcome = await untilAnswered(() => setup.http.readSession(sessionId), patient(setup));
	return outcome.kind === "answer" && outcome.answer.status === "active";
}

/**
 * Sends the stored moves of a session, batch after batch, over HTTP; the storage shrinks with
 * them. What the rules refuse is done with, too. Gives back the server's final word, if it has
 * one.
 */
async function deliverLeftovers(setup: Setup, record: PlayingRecord): Promise<FinalFailure | null> {
	const queue = new MoveQueue(record.moves);
	for (let batch = queue.nextBatch(); batch !== null; batch = queue.nextBatch()) {
		const outcome = await untilAnswered(
			() => sendBatch(setup, record.sessionId, batch),
			patient(setup),
		);
		if (outcome.kind === "final") return outcome;
		queue.acknowledge(batch);
		const rest = queue.snapshot().movesJson;
		const acknowledged = record.acknowledged ?? { generation: 0, seq: 0 };
		await tryToStore(setup, playingRecord(record.sessionId, rest, acknowledged));
	}
	return null;
}

async function sendBatch(setup: Setup, sessionId: string, batch: Batch): Promise<MovesOutcome> {
	return answersBatch(batch, await setup.http.sendMoves(sessionId, batch.movesJson));
}

/** Without a storage the game still works; only a reload would not find it. */
async function tryToStore({ storage, storageKey }: Setup, text: string): Promise<void> {
	try {
		await storage.set(storageKey, text);
	} catch {
		// The client reports the next failure of the kind as `unprotected`.
	}
}

function nullOrThrow(failure: FinalFailure): null {
	if (failure.code === "SESSION_NOT_FOUND") return null;
	throw new ClientError(failure.code, failure.reason);
}

function patient({ clock, random, signal, onAway }: Setup): PatientCall {
	return {
		clock,
		backoff: new Backoff(CALL_BACKOFF, random),
		signal,
		onRetry: ({ code }, retryInMs) => onAway?.({ code, retryInMs }),
	};
}

/** 128 random bits: whoever knows the key of a create can have its session. */
function newKey(): string {
	const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
