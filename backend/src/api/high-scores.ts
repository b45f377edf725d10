import {
	endBody,
	HighScoreAnswer,
	HighScoreBody,
	HighScores,
	normalisePlayerTag,
	PLAYER_TAG_RULE,
} from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import { SavepointError } from "../errors.js";
import type { ScoreRequest } from "../game/public-answers.js";
import type { ApiContext } from "./context.js";
import { readErrors, writeErrors } from "./documented.js";
import { readKey } from "./idempotency.js";

/** The list that strangers see, and a player's way onto it. */
export function registerHighScores(
	app: FastifyInstance,
	{ highScores, onWrite }: ApiContext,
): void {
	app.get("/api/high-scores", {
		schema: {
			tags: ["high scores"],
			summary: "The best games, best first",
			description:
				"Games of a stored session come first: won before lost, fewest artifacts left, then the " +
				"shortest wait of an artifact for its deposit. What came without a session is last.",
			response: { 200: HighScores, ...readErrors() },
		},
		handler: async (): Promise<HighScores> => ({ scores: await highScores.list() }),
	});

	app.post<{ Body: HighScoreBody }>("/api/high-scores", {
		onRequest: onWrite,
		schema: {
			tags: ["high scores"],
			summary: "A finished game goes onto the list, once",
			description:
				"With `sessionId` the result comes from the stored session. Without it, as older clients " +
				"send it, `result` and `remainingUnchecked` are kept as the player's word, unverified.",
			body: HighScoreBody,
			response: {
				201: HighScoreAnswer,
				...writeErrors(
					"SESSION_NOT_FOUND",
					"SESSION_HARMED",
					"SESSION_ACTIVE",
					"SESSION_UNRANKED",
					"HIGH_SCORE_EXISTS",
				),
			},
		},
		async handler(request, reply) {
			const { score, replayed } = await highScores.post({
				playerTag: readTag(request.body),
				of: readGame(request.body),
				key: readKey(request),
			});
			if (replayed) reply.header("idempotency-replayed", "true");
			return reply.code(201).send({ score });
		},
	});
}

function readTag(body: HighScoreBody): string {
	const tag = normalisePlayerTag(body.playerTag);
	if (tag === null) throw wrong("playerTag", PLAYER_TAG_RULE);
	return tag;
}

function readGame(body: HighScoreBody): ScoreRequest["of"] {
	const { sessionId = null, remainingUnchecked: remaining = null } = body;
	// With a session, it alone says what happened in it.
	if (sessionId !== null) return { sessionId };
	const { claim: result } = endBody({ result: body.result ?? null });
	if (result === null) throw wrong("result", "won or lost, unless there is a `sessionId`.");
	if (remaining === null)
		throw wrong("remainingUnchecked", "a whole number, unless there is a `sessionId`.");
	return { result, remaining };
}

const wrong = (field: string, takes: string): SavepointError =>
	new SavepointError("BAD_REQUEST", `\`${field}\` takes ${takes}`);
