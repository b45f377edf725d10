import { randomUUID } from "node:crypto";
import type { Random } from "../play/bot-random.js";
import type { HttpAnswer, HttpCall } from "./http-call.js";
import { contentOf, type MoveFields } from "./ledger.js";
import { between, oneOf, SESSION_SECONDS, type Stage } from "./stage.js";

const BURSTS = { min: 2, max: 8 };
const CALLS_IN_BURST_MAX = 8;
const PAUSE_MS_MAX = 4;
const RETRY_MS = 50;
const KEYED_SHARE = 0.5;

type CallType = "spawn" | "artifact-status" | "deposit" | "end";

interface Hand {
	readonly stage: Stage;
	readonly random: Random;
	readonly sessionId: string;
	/** Not deposited, and no call without a key about it went unanswered. */
	readonly artifacts: Set<string>;
	/** The server said that the session is over or unknown. */
	gone: boolean;
}

/**
 * Plays session after session with single HTTP calls, several at a time. Calls with an
 * Idempotency-Key are repeated until they are answered; those without are sent once, and
 * forgotten when no answer comes.
 */
export async function playSingleCalls(stage: Stage, random: Random): Promise<void> {
	while (!stage.isOver()) {
		const sessionId = await createSession(stage, random);
		if (sessionId === null) continue;
		const hand: Hand = { stage, random, sessionId, artifacts: new Set(), gone: false };
		await stage.ledger.synced();
		const bursts = between(random, BURSTS.min, BURSTS.max);
		for (let burst = 0; burst < bursts && !hand.gone && !stage.isOver(); burst += 1) {
			await playBurst(hand);
			await stage.ledger.synced();
			await stage.clock.wait(between(random, 0, PAUSE_MS_MAX));
		}
		if (hand.gone || stage.isOver()) continue;
		const result = oneOf(random, ["won", "lost", null]);
		await play(hand, { type: "end", result });
		await stage.ledger.synced();
	}
}

/** null: no answer came to a create without a key, or the server would not make one. */
async function createSession(stage: Stage, random: Random): Promise<string | null> {
	const key = random() < KEYED_SHARE ? randomUUID() : null;
	const body = { requestedDurationSeconds: SESSION_SECONDS };
	const answer = await send(stage, { method: "POST", path: "/api/sessions", body, key });
	const sessionId = answer?.status === 201 ? textOf(answer.body["sessionId"]) : null;
	if (sessionId !== null) stage.ledger.append({ t: "session", s: sessionId, key });
	else if (isUnanswered(answer)) {
		stage.ledger.append({ t: "unanswered-create" });
		await stage.clock.wait(RETRY_MS);
	}
	return sessionId;
}

/** Each call of a burst is about another artifact, so that their order does not matter. */
async function playBurst(hand: Hand): Promise<void> {
	const { random, artifacts } = hand;
	const free = [...artifacts];
	const calls: Promise<void>[] = [];
	for (let left = between(random, 1, CALLS_IN_BURST_MAX); left > 0; left -= 1) {
		const artifactId = free.pop();
		if (artifactId === undefined || random() < 0.3) {
			calls.push(play(hand, { type: "spawn", x: between(random, 0, 1000), y: 210 }));
			continue;
		}
		if (random() < 0.3) {
			artifacts.delete(artifactId);
			calls.push(play(hand, { type: "deposit", artifactId }));
			continue;
		}
		const status = oneOf(random, ["ground", "inAir", "flying", "carried"]);
		calls.push(play(hand, { type: "artifact-status", artifactId, status }));
	}
	await Promise.all(calls);
}

async function play(hand: Hand, fields: MoveFields & { readonly type: CallType }): Promise<void> {
	const { stage, random, sessionId: s } = hand;
	const id = random() < KEYED_SHARE ? randomUUID() : null;
	const { type, ...body } = fields;
	const path = `/api/sessions/${s}/${type}`;
	const answer = await send(stage, { method: "POST", path, body, key: id });
	if (answer === null || isUnanswered(answer)) {
		if (fields.artifactId !== undefined) hand.artifacts.delete(fields.artifactId);
		stage.ledger.append({ t: "unanswered", s, type });
		return;
	}
	if (answer.status >= 300) {
		hand.gone ||= answer.status === 404;
		return;
	}
	const spawned = type === "spawn" ? artifactIdOf(answer) : null;
	if (spawned !== null) hand.artifacts.add(spawned);
	const content = contentOf(spawned === null ? fields : { ...fields, artifactId: spawned }, null);
	stage.ledger.append({ t: "move", s, seq: Number(answer.body["seq"]), id, content });
	const result = type === "end" ? textOf(answer.body["result"]) : null;
	if (result !== null) stage.ledger.append({ t: "result", s, result });
}

/** One attempt; with a key as many as it takes. null: no answer. */
async function send(stage: Stage, call: HttpCall): Promise<HttpAnswer | null> {
	for (;;) {
		const answer = await stage.http.call(call);
		if (answer !== null && answer.status >= 500 && answer.status !== 503)
			stage.unexpected(`A call was answered ${answer.status} ${String(answer.body["code"])}.`);
		if (!call.key || !(answer === null || answer.status === 503)) return answer;
		await stage.clock.wait(RETRY_MS);
	}
}

/** Stored or not: nobody knows. Any other 503 says that nothing was stored. */
const isUnanswered = (answer: HttpAnswer | null): boolean =>
	answer === null || answer.body["code"] === "OUTCOME_UNKNOWN";

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

function artifactIdOf({ body }: HttpAnswer): string | null {
	const { artifact } = body as { readonly artifact?: { readonly id?: unknown } };
	return textOf(artifact?.id);
}
